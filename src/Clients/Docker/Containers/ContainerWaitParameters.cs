namespace Drydock.Clients.Docker;

/// <summary>What to wait for.</summary>
public sealed record ContainerWaitParameters
{
    /// <summary>
    /// <c>not-running</c> (the default; also met by one that never ran), <c>next-exit</c> or <c>removed</c>.
    /// </summary>
    public string? Condition { get; init; }
}
