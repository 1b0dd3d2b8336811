namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>How well a watch does.</summary>
public interface IWatchHealth
{
    /// <summary>What is watched, for people: <c>omsupgrades.drydock.dev</c>.</summary>
    string Name { get; }

    /// <summary>True once a first list was read.</summary>
    bool HasSynced { get; }

    /// <summary>Time since the last sign of life: an event, a bookmark, an answer to a list (also a refusal other than 401, which a restart would not mend).</summary>
    TimeSpan Age { get; }

    /// <summary>Why the watch is not connected; null while it is.</summary>
    string? Problem { get; }
}
