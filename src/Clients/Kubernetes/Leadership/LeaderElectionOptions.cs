namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>The lease to contend for, and the times of leader election.</summary>
public sealed record LeaderElectionOptions
{
    public required string LeaseName { get; init; }

    public required string Namespace { get; init; }

    public required string Identity { get; init; }

    /// <summary>A lease not renewed for this long (seen by the contender's own clock) may be taken. It may be long
    /// because it rarely causes a wait: a leader that stops releases the lease, and a crashed one is detected
    /// (<see cref="HolderStateOf"/>); only a leader that may still be running is waited for.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A leader that could not renew for this long stops leading and cancels its work. A shorter outage of the
    /// API server does not interrupt a dump.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(90);

    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Finds out whether the process that holds the lease under an identity has ended. The default is unknown,
    /// so its lease is waited for.</summary>
    public Func<string, HolderState> HolderStateOf { get; init; } = static _ => HolderState.Unknown;

    /// <summary>Ends the process; called on a dedicated thread if the work of an ended term is still running when
    /// another process may take the lease. It must not return. Null: such work is not ended.</summary>
    public Action<string>? OnOverdue { get; init; }

    /// <summary>How often that thread looks, at the least. It waits on no <see cref="TimeProvider"/>, so a test with a
    /// clock of its own sets less.</summary>
    internal TimeSpan WatchdogInterval { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>What is known about the process that holds a lease.</summary>
public enum HolderState
{
    Unknown,

    Running,

    /// <summary>It has certainly ended, with all its threads, so its lease can be taken immediately.</summary>
    Ended,
}
