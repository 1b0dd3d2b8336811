namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The names of the guard checks that stand in plans of TiDB upgrades.</summary>
internal static class TiDbGuards
{
    /// <summary><see cref="Guards.ClusterIsTheSame"/>.</summary>
    public const string ClusterIsTheSame = nameof(ClusterIsTheSame);

    /// <summary><see cref="Guards.NoDdlAppears"/>.</summary>
    public const string NoDdlAppears = nameof(NoDdlAppears);

    /// <summary><see cref="Guards.NoEvictSchedulerIsLeft"/>.</summary>
    public const string NoEvictSchedulerIsLeft = nameof(NoEvictSchedulerIsLeft);

    /// <summary><see cref="Guards.ScheduleLimitsStay"/>.</summary>
    public const string ScheduleLimitsStay = nameof(ScheduleLimitsStay);

    /// <summary><see cref="Guards.LeaderPriorityStaysCleared"/>.</summary>
    public const string LeaderPriorityStaysCleared = nameof(LeaderPriorityStaysCleared);

    /// <summary><see cref="Guards.SnapshotStays"/>.</summary>
    public const string SnapshotStays = nameof(SnapshotStays);
}
