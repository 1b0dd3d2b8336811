namespace Drydock.Reconcilers.Oms;

/// <summary>One step of a project.</summary>
/// <param name="Name">For instance <c>INCR_TRANSFER</c>, <c>TRANSFER_APP_SWITCH</c>.</param>
/// <param name="Status">For instance <c>INIT</c>, <c>RUNNING</c>, <c>MONITORING</c>, <c>FINISHED</c>.</param>
internal sealed record ProjectStep(string Name, string Status);
