namespace Drydock.Clients.Docker;

/// <summary>How a wait ended.</summary>
public sealed record ContainerWaitResponse
{
    /// <summary>The exit code.</summary>
    public long StatusCode { get; init; }

    /// <summary>If the wait itself failed.</summary>
    public ContainerWaitError? Error { get; init; }
}
