using Drydock.Abstractions.Plans;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The names of the actions that stand in plans of YugabyteDB. A name never changes its meaning: stored plans refer to
/// it.
/// </summary>
internal static class YugabyteActions
{
    /// <summary><see cref="Steps.PreparePackage"/>.</summary>
    public const string PreparePackage = nameof(PreparePackage);

    /// <summary><see cref="Steps.ProveAdminTool"/>.</summary>
    public const string ProveAdminTool = nameof(ProveAdminTool);

    /// <summary><see cref="Steps.CheckExtensions"/>.</summary>
    public const string CheckExtensions = nameof(CheckExtensions);

    /// <summary><see cref="Steps.SetReplication"/>.</summary>
    public const string SetReplication = nameof(SetReplication);

    /// <summary><see cref="Steps.SwapMaster"/>.</summary>
    public const string SwapMaster = nameof(SwapMaster);

    /// <summary><see cref="Steps.VerifyMaster"/>.</summary>
    public const string VerifyMaster = nameof(VerifyMaster);

    /// <summary><see cref="Steps.DrainTserver"/>.</summary>
    public const string DrainTserver = nameof(DrainTserver);

    /// <summary><see cref="Steps.SwapTserver"/>.</summary>
    public const string SwapTserver = nameof(SwapTserver);

    /// <summary><see cref="Steps.VerifyTserver"/>.</summary>
    public const string VerifyTserver = nameof(VerifyTserver);

    /// <summary><see cref="Steps.VerifyVersions"/>.</summary>
    public const string VerifyVersions = nameof(VerifyVersions);

    /// <summary><see cref="Steps.AwaitPeers"/>.</summary>
    public const string AwaitPeers = nameof(AwaitPeers);

    /// <summary><see cref="Steps.PromoteAutoFlags"/>.</summary>
    public const string PromoteAutoFlags = nameof(PromoteAutoFlags);

    /// <summary><see cref="Steps.AwaitAutoFlags"/>.</summary>
    public const string AwaitAutoFlags = nameof(AwaitAutoFlags);

    /// <summary><see cref="Steps.UpgradeCatalog"/>.</summary>
    public const string UpgradeCatalog = nameof(UpgradeCatalog);

    /// <summary><see cref="Steps.RollBackAutoFlags"/>.</summary>
    public const string RollBackAutoFlags = nameof(RollBackAutoFlags);

    /// <summary><see cref="Steps.ReleaseLeaders"/>.</summary>
    public const string ReleaseLeaders = nameof(ReleaseLeaders);

    /// <summary>Whether an action stops a process.</summary>
    public static bool IsSwap(PlanStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.Action is SwapMaster or SwapTserver;
    }
}
