namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>How the cache changed.</summary>
public enum ResourceChangeType
{
    /// <summary>New in the cache.</summary>
    Added,

    /// <summary>Another resourceVersion than before.</summary>
    Modified,

    /// <summary>Gone from the server (also when the event was missed and a later list shows it).</summary>
    Deleted,

    /// <summary>Unchanged; the periodic resync hands it out again.</summary>
    Resynced,
}
