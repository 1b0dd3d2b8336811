namespace Drydock.Clients.Kubernetes.Client;

/// <summary>What to watch, and from where.</summary>
public sealed record WatchOptions
{
    /// <summary>Changes after this version; null starts with the present objects.</summary>
    public string? ResourceVersion { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(8);

    public Action? OnAccepted { get; init; }

    /// <summary>A watch without any event or bookmark for this long ends as if the server had ended it, so that it is
    /// opened again. Servers send bookmarks once a minute only if etcd notifies them of progress that often; on other
    /// servers a watch of an unchanged kind can be silent for ten minutes.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(150);

    public bool MetadataOnly { get; init; }
}

/// <summary>One event of a watch.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Type">What happened.</param>
/// <param name="ResourceVersion">The version after it.</param>
/// <param name="Object">The object; null for a bookmark and when it does not fit the type.</param>
/// <param name="Unreadable">Set when the object does not fit the type.</param>
public sealed record WatchEvent<TEntity>(
    WatchEventType Type, string ResourceVersion, TEntity? Object, UnreadableObject? Unreadable = null)
    where TEntity : class, IKubernetesObject;
