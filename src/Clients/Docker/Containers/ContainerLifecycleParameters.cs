namespace Drydock.Clients.Docker;

/// <summary>How to stop a container.</summary>
public sealed record ContainerStopParameters
{
    /// <summary>Seconds between the stop signal and SIGKILL; null: the container's own (10 by default); -1: no
    /// limit.</summary>
    public int? WaitBeforeKillSeconds { get; init; }
}

/// <summary>How to restart a container.</summary>
public sealed record ContainerRestartParameters
{
    public int? WaitBeforeKillSeconds { get; init; }
}

/// <summary>Which signal to send.</summary>
public sealed record ContainerKillParameters
{
    /// <summary>Such as <c>SIGKILL</c> (the default).</summary>
    public string? Signal { get; init; }
}

/// <summary>The new name.</summary>
public sealed record ContainerRenameParameters
{
    public required string NewName { get; init; }
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

/// <summary>What to wait for.</summary>
public sealed record ContainerWaitParameters
{
    /// <summary><c>not-running</c> (the default; also met by a container that never ran), <c>next-exit</c> or
    /// <c>removed</c>.</summary>
    public string? Condition { get; init; }
}

/// <summary>How a wait ended.</summary>
public sealed record ContainerWaitResponse
{
    public long StatusCode { get; init; }

    public ContainerWaitError? Error { get; init; }
}

/// <summary>Why a wait failed.</summary>
public sealed record ContainerWaitError
{
    public string Message { get; init => field = value ?? ""; } = "";
}
