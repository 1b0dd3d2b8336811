namespace Drydock.Clients.Docker;

/// <summary>How to stop a container.</summary>
public sealed record ContainerStopParameters
{
    /// <summary>Seconds between the stop signal and SIGKILL; null: the container's own (10 by default); -1: no
    /// limit.</summary>
    public int? WaitBeforeKillSeconds { get; init; }
}

/// <summary>How to remove a container.</summary>
public sealed record ContainerRemoveParameters
{
    /// <summary>Kill it first if it runs.</summary>
    public bool Force { get; init; }

    public bool RemoveVolumes { get; init; }
}

/// <summary>What to change; null leaves a setting unchanged.</summary>
public sealed record ContainerUpdateParameters
{
    public RestartPolicy? RestartPolicy { get; init; }
}

/// <summary>What an update answers.</summary>
public sealed record ContainerUpdateResponse
{
    public IReadOnlyList<string> Warnings { get; init => field = value ?? []; } = [];
}
