namespace Drydock.Clients.Snapshots;

/// <summary>A tool that runs.</summary>
/// <param name="ProcessId">Its pid.</param>
/// <param name="Ended">Completes when it has ended.</param>
/// <param name="Sessions">How many sessions it opens on the server.</param>
public sealed record RunningTool(int ProcessId, Task Ended, int Sessions = 1);
