namespace Drydock.Clients.Docker;

/// <summary>How to restart a container.</summary>
public sealed record ContainerRestartParameters
{
    /// <summary>As <see cref="ContainerStopParameters.WaitBeforeKillSeconds"/>.</summary>
    public int? WaitBeforeKillSeconds { get; init; }
}
