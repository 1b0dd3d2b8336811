namespace Drydock.Clients.Docker;

/// <summary>How to remove a container.</summary>
public sealed record ContainerRemoveParameters
{
    /// <summary>Kill it first if it runs.</summary>
    public bool Force { get; init; }

    /// <summary>Its anonymous volumes too.</summary>
    public bool RemoveVolumes { get; init; }
}
