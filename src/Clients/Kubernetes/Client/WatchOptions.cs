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

    /// <summary>Called when the server has accepted the watch, before the first event.</summary>
    public Action? OnAccepted { get; init; }

    /// <summary>
    /// A watch without any event or bookmark for this long ends as if the server had ended it, so that it is asked for
    /// again. Servers send bookmarks about once a
    /// minute only where etcd notifies them of progress that often; on others a watch of a kind that nobody writes is
    /// silent for as long as ten minutes.
    /// </summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>Asks the server for metadata only.</summary>
    public bool MetadataOnly { get; init; }
}
