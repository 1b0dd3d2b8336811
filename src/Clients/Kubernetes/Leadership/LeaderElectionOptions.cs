namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>Which lease is contended for, and the times of the contest.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>Name of the Lease.</summary>
    public required string LeaseName { get; init; }

    /// <summary>Its namespace: the operator's own.</summary>
    public required string Namespace { get; init; }

    /// <summary>Who we are: unique for each process, see <see cref="ProcessIdentity"/>.</summary>
    public required string Identity { get; init; }

    /// <summary>
    /// A lease not renewed for this long (seen by the contender's own clock) may be taken. Whole seconds. It is long
    /// because little waits for it: a leader that
    /// stops gives the lease back, and one that crashed is seen to be gone (<see cref="FateOf"/>); only one that may
    /// still run is waited for.
    /// </summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// A leader that could not renew for this long gives up and cancels its work: so long an outage of the API server
    /// interrupts no dump.
    /// </summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Time between renewals, and between attempts.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What can be known of the process that holds the lease under an identity. By default nothing, so that its lease
    /// is waited for.
    /// </summary>
    public Func<string, HolderFate> FateOf { get; init; } = static _ => HolderFate.Unknown;

    /// <summary>
    /// Ends the process; called on a thread of its own when work of a term that is over has not ended before another
    /// process may take the lease.
    /// It must not return. Null: nothing ends such work.
    /// </summary>
    public Action<string>? OnOverdue { get; init; }
}
