namespace Drydock.Clients.Docker;

/// <summary>How a container is.</summary>
public sealed record ContainerState
{
    /// <summary>
    /// <c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c> or <c>dead</c>.
    /// </summary>
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it runs (also when paused).</summary>
    public bool Running { get; init; }

    /// <summary>Whether it is paused.</summary>
    public bool Paused { get; init; }

    /// <summary>Whether the engine is starting it again.</summary>
    public bool Restarting { get; init; }

    /// <summary>Whether the kernel ended it for memory.</summary>
    public bool OOMKilled { get; init; }

    /// <summary>Whether its removal failed half-way.</summary>
    public bool Dead { get; init; }

    /// <summary>Its first process on the host; 0 when it does not run.</summary>
    public int Pid { get; init; }

    /// <summary>Of the last run; meaningless while it runs or before the first.</summary>
    public int ExitCode { get; init; }

    /// <summary>Why the last start failed.</summary>
    public string Error { get; init => field = value ?? ""; } = "";

    /// <summary>The last start; null: never.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The last end; null: never.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Only with a health check.</summary>
    public ContainerHealth? Health { get; init; }
}
