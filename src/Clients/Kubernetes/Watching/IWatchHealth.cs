namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>How well a watch does.</summary>
public interface IWatchHealth
{
    /// <summary>What is watched, for people: <c>omsupgrades.drydock.dev</c>.</summary>
    string Name { get; }

    /// <summary>True once a first list was read.</summary>
    bool HasSynced { get; }

    /// <summary>
    /// Time since the last sign of life: an event, a bookmark, a watch that the server accepted or ended, a page of a
    /// list, and an attempt that failed. An API server that
    /// is away or refuses is nothing that a restart would mend; a watch without any attempt is.
    /// </summary>
    TimeSpan Age { get; }

    /// <summary>Why the watch is not connected; null while it is.</summary>
    string? Problem { get; }
}
