namespace Drydock.Clients.Docker;

/// <summary>How to stop a container.</summary>
public sealed record ContainerStopParameters
{
    /// <summary>
    /// Seconds between the stop signal and SIGKILL; null: the container's own (10 by default); -1: wait for ever.
    /// </summary>
    public int? WaitBeforeKillSeconds { get; init; }
}
