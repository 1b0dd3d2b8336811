using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>What to watch, and from where.</summary>
public sealed record WatchOptions
{
    /// <summary>Changes after this version; null starts with the present objects.</summary>
    public string? ResourceVersion { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>After this time the server ends the watch normally.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(8);

    /// <summary>Called when the server has accepted the watch, before the first event.</summary>
    public Action? OnAccepted { get; init; }

    /// <summary>
    /// A watch without any event or bookmark for this long ends as if the server had ended it, so that it is opened
    /// again. Servers send bookmarks once a minute only if etcd notifies them of progress that often; on other servers
    /// a watch of an unchanged kind can be silent for ten minutes.
    /// </summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>Asks the server for metadata only.</summary>
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

/// <summary>The kinds of watch events.</summary>
public enum WatchEventType
{
    /// <summary>The object is new.</summary>
    Added,

    /// <summary>The object changed.</summary>
    Modified,

    /// <summary>The object was deleted; its last state is included.</summary>
    Deleted,

    /// <summary>Nothing happened up to this version: a sign of life and a version to continue from.</summary>
    Bookmark,
}
