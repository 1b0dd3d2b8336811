namespace Drydock.Clients.Kubernetes.Client;

/// <summary>What a watch event says.</summary>
public enum WatchEventType
{
    /// <summary>The object is new.</summary>
    Added,

    /// <summary>The object changed.</summary>
    Modified,

    /// <summary>The object is gone; its last state is given.</summary>
    Deleted,

    /// <summary>Nothing happened up to this version: a sign of life and a place to go on from.</summary>
    Bookmark,
}
