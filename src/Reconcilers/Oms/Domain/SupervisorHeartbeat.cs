namespace Drydock.Reconcilers.Oms;

/// <summary>A supervisor's heartbeat (<c>heart_beat</c> in a heartbeat database).</summary>
/// <param name="HostIp">The node's address, its OMS_HOST_IP.</param>
/// <param name="TaskType">The row's task type.</param>
/// <param name="Age">How long ago by the server's own clock; may be slightly negative.</param>
internal sealed record SupervisorHeartbeat(string HostIp, string TaskType, TimeSpan Age);
