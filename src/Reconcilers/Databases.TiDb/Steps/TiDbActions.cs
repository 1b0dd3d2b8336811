namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// The names of the actions that stand in plans of TiDB upgrades. A name never changes its meaning: stored plans refer
/// to it.
/// </summary>
internal static class TiDbActions
{
    /// <summary><see cref="Steps.PreparePackage"/>.</summary>
    public const string PreparePackage = nameof(PreparePackage);

    /// <summary><see cref="Steps.SaveConfiguration"/>.</summary>
    public const string SaveConfiguration = nameof(SaveConfiguration);

    /// <summary><see cref="Steps.TakeSnapshot"/>.</summary>
    public const string TakeSnapshot = nameof(TakeSnapshot);

    /// <summary><see cref="Steps.MigrateConfiguration"/>.</summary>
    public const string MigrateConfiguration = nameof(MigrateConfiguration);

    /// <summary><see cref="Steps.SetLeaderPriorities"/>.</summary>
    public const string SetLeaderPriorities = nameof(SetLeaderPriorities);

    /// <summary><see cref="Steps.DrainPd"/>.</summary>
    public const string DrainPd = nameof(DrainPd);

    /// <summary><see cref="Steps.DrainTikv"/>.</summary>
    public const string DrainTikv = nameof(DrainTikv);

    /// <summary><see cref="Steps.DrainPump"/>.</summary>
    public const string DrainPump = nameof(DrainPump);

    /// <summary><see cref="Steps.DrainTidb"/>.</summary>
    public const string DrainTidb = nameof(DrainTidb);

    /// <summary><see cref="Steps.DrainDrainer"/>.</summary>
    public const string DrainDrainer = nameof(DrainDrainer);

    /// <summary><see cref="Steps.SwapInstance"/>.</summary>
    public const string SwapInstance = nameof(SwapInstance);

    /// <summary><see cref="Steps.VerifyPd"/>.</summary>
    public const string VerifyPd = nameof(VerifyPd);

    /// <summary><see cref="Steps.VerifyTikv"/>.</summary>
    public const string VerifyTikv = nameof(VerifyTikv);

    /// <summary><see cref="Steps.VerifyPump"/>.</summary>
    public const string VerifyPump = nameof(VerifyPump);

    /// <summary><see cref="Steps.VerifyTidb"/>.</summary>
    public const string VerifyTidb = nameof(VerifyTidb);

    /// <summary><see cref="Steps.VerifyDrainer"/>.</summary>
    public const string VerifyDrainer = nameof(VerifyDrainer);

    /// <summary><see cref="Steps.AwaitClusterVersion"/>.</summary>
    public const string AwaitClusterVersion = nameof(AwaitClusterVersion);

    /// <summary><see cref="Steps.AwaitConsistentServers"/>.</summary>
    public const string AwaitConsistentServers = nameof(AwaitConsistentServers);

    /// <summary><see cref="Steps.LimitMerging"/>.</summary>
    public const string LimitMerging = nameof(LimitMerging);

    /// <summary><see cref="Steps.RestartService"/>.</summary>
    public const string RestartService = nameof(RestartService);

    /// <summary><see cref="Steps.StopSpark"/>.</summary>
    public const string StopSpark = nameof(StopSpark);

    /// <summary><see cref="Steps.ReplaceSparkJar"/>.</summary>
    public const string ReplaceSparkJar = nameof(ReplaceSparkJar);

    /// <summary><see cref="Steps.StartSpark"/>.</summary>
    public const string StartSpark = nameof(StartSpark);

    /// <summary><see cref="Steps.SmokeSpark"/>.</summary>
    public const string SmokeSpark = nameof(SmokeSpark);

    /// <summary><see cref="Steps.CheckProcesses"/>.</summary>
    public const string CheckProcesses = nameof(CheckProcesses);

    /// <summary><see cref="Steps.CheckCluster"/>.</summary>
    public const string CheckCluster = nameof(CheckCluster);

    /// <summary><see cref="Steps.CheckBinlog"/>.</summary>
    public const string CheckBinlog = nameof(CheckBinlog);

    /// <summary><see cref="Steps.CountFailedStatements"/>.</summary>
    public const string CountFailedStatements = nameof(CountFailedStatements);

    /// <summary><see cref="Steps.RaiseScheduleLimit"/>.</summary>
    public const string RaiseScheduleLimit = nameof(RaiseScheduleLimit);
}
