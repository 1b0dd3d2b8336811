namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Why no process of a universe may be stopped.</summary>
/// <param name="Reason">Stable word, as preflight reports it.</param>
/// <param name="Message">What is wrong with which process or which tablets, and what to do.</param>
internal sealed record ClusterProblem(string Reason, string Message);
