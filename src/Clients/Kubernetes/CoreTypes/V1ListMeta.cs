namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>Metadata of a list.</summary>
public sealed record V1ListMeta
{
    /// <summary>Version of the state the list shows.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>Where the next page goes on; null or empty at the end.</summary>
    public string? Continue { get; init; }
}
