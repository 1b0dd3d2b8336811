namespace Drydock.Clients.Docker;

/// <summary>The new name.</summary>
public sealed record ContainerRenameParameters
{
    /// <summary>Without slash.</summary>
    public required string NewName { get; init; }
}
