namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>Which lease is contended for, and the times of the contest.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>Name of the Lease.</summary>
    public required string LeaseName { get; init; }

    /// <summary>Its namespace: the operator's own.</summary>
    public required string Namespace { get; init; }

    /// <summary>Who we are: unique for each process, for instance pod name and a random part.</summary>
    public required string Identity { get; init; }

    /// <summary>A lease not renewed for this long (seen by the contender's own clock) may be taken. Whole seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A leader that could not renew for this long gives up.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between renewals, and between attempts.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}
