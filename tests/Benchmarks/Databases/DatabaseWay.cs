using Drydock.Lab.Databases.Scenarios;

namespace Drydock.Benchmarks;

/// <summary>Duration, load and mistakes of one database upgrade.</summary>
/// <param name="Wall">From the first command to the last.</param>
/// <param name="Load">The client's requests.</param>
/// <param name="Noticed">The mistakes that the cluster noticed, each with its count.</param>
internal sealed record DatabaseWay(TimeSpan Wall, PhaseLoad Load, IReadOnlyList<string> Noticed);
