namespace Drydock.Clients.Docker;

/// <summary>What to change; null leaves it.</summary>
public sealed record ContainerUpdateParameters
{
    /// <summary>The restart policy.</summary>
    public RestartPolicy? RestartPolicy { get; init; }
}
