namespace Drydock.Clients.Snapshots;

/// <summary>A tool that runs.</summary>
/// <param name="ProcessId">Its pid.</param>
/// <param name="Ended">Completes when it has ended.</param>
public sealed record RunningTool(int ProcessId, Task Ended);
