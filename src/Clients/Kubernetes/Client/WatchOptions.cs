namespace Drydock.Clients.Kubernetes.Client;

/// <summary>What to watch, and from where.</summary>
public sealed record WatchOptions
{
    /// <summary>Changes after this version; null starts with the present objects.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Label selector.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>After this long the server ends the watch in an orderly way.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(8);

    /// <summary>
    /// A watch without any event or bookmark for this long is taken for dead (<see cref="Errors.KubernetesUnreachableException"/>). Servers send a bookmark about once a minute.
    /// </summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>Asks the server for metadata only.</summary>
    public bool MetadataOnly { get; init; }
}
