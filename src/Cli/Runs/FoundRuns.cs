using Drydock.Clients.Kubernetes.Client;

namespace Drydock.Cli.Runs;

/// <summary>The objects of one kind at one moment.</summary>
/// <param name="Runs">Those that this program can read.</param>
/// <param name="Unreadable">Those that another version of the operator wrote in a way that does not fit.</param>
internal sealed record FoundRuns(IReadOnlyList<Run> Runs, IReadOnlyList<UnreadableObject> Unreadable);
