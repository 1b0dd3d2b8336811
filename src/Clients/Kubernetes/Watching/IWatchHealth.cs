namespace Drydock.Clients.Kubernetes.Watching;

public interface IWatchHealth
{
    string Name { get; }

    bool HasSynced { get; }

    /// <summary>Time since the last sign of life: an event, a bookmark, a watch that the server accepted or ended, a
    /// page of a list, and a failed attempt. A restart would not help against an unavailable or refusing API server,
    /// but it helps against a watch that makes no attempts.</summary>
    TimeSpan Age { get; }

    string? Problem { get; }
}
