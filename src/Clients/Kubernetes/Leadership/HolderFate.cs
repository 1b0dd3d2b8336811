namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>What is known of the process that holds a lease.</summary>
public enum HolderFate
{
    /// <summary>Nothing: only the time of the lease can tell.</summary>
    Unknown,

    /// <summary>It runs, on this machine: asking again may give another answer.</summary>
    Runs,

    /// <summary>It has certainly ended, with all its threads: its lease need not be waited for.</summary>
    Gone,
}
