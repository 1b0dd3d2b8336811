using Drydock.Lab.Databases.Scenarios;

namespace Drydock.Benchmarks;

/// <summary>What one way through a database upgrade took and what its client met.</summary>
/// <param name="Wall">From the first command to the last.</param>
/// <param name="Load">The client's requests.</param>
/// <param name="Noticed">How many mistakes the cluster noticed, by their words.</param>
internal sealed record DatabaseWay(TimeSpan Wall, PhaseLoad Load, IReadOnlyList<string> Noticed);
