namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The names of the guard checks that stand in plans of YugabyteDB.</summary>
internal static class YugabyteGuards
{
    /// <summary><see cref="Guards.LeaderBlacklistIsClean"/>.</summary>
    public const string LeaderBlacklistIsClean = nameof(LeaderBlacklistIsClean);

    /// <summary><see cref="Guards.EveryProcessIsNew"/>.</summary>
    public const string EveryProcessIsNew = nameof(EveryProcessIsNew);

    /// <summary><see cref="Guards.AutoFlagsAreUnchanged"/>.</summary>
    public const string AutoFlagsAreUnchanged = nameof(AutoFlagsAreUnchanged);

    /// <summary><see cref="Guards.ReplicationStaysPaused"/>.</summary>
    public const string ReplicationStaysPaused = nameof(ReplicationStaysPaused);
}
