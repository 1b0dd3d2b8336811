using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The ids of steps that other steps, the status and users refer to: <c>PHASE/NODE</c>,
/// <c>PHASE/NODE/verb</c>, and <c>PHASE/verb</c> for the whole universe.</summary>
internal static class YugabyteStepIds
{
    public const string AdminTool = Phases.PreparePackage + "/prove-admin-tool";
    public const string Extensions = Phases.PreparePackage + "/check-extensions";
    public const string Sql = Phases.PreparePackage + "/record-sql";
    public const string Configuration = Phases.PreparePackage + "/save-configuration";
    public const string SpeedUpLeaders = Phases.UpgradeTServers + "/speed-up-leaders";
    public const string RestoreLeaderSpeed = Phases.UpgradeTServers + "/restore-leader-speed";
    public const string Versions = Phases.VerifyVersions + "/verify";
    public const string PromoteVolatile = Phases.PromoteVolatileFlags + "/promote";
    public const string PromotedVolatile = Phases.PromoteVolatileFlags + "/await-flags";
    public const string Soak = Phases.Finalize + "/soak";
    public const string PromotePeers = Phases.PromoteAutoFlags + "/await-peers";
    public const string Promote = Phases.PromoteAutoFlags + "/promote";
    public const string Promoted = Phases.PromoteAutoFlags + "/await-flags";
    public const string Catalog = Phases.UpgradeCatalog + "/upgrade";
    public const string ResumePeers = Phases.ResumeReplication + "/await-peers";

    public const string UndoLeaderSpeed = Phases.Undo + "/restore-leader-speed";

    public const string RollBackFlags = Phases.RollbackAutoFlags + "/roll-back";

    public const string FormerVersions = Phases.RollbackMasters + "/verify-versions";

    public static string Package(string hostOrGroup) => PlannedStep.Id(Phases.PreparePackage, hostOrGroup);

    public static string Pause(string group, ReplicationTarget target) =>
        PlannedStep.Id(Phases.PauseReplication, group, Name(target));

    public static string Resume(string group, ReplicationTarget target) =>
        PlannedStep.Id(Phases.ResumeReplication, group, Name(target));

    public static string MasterSwap(string phase, int slot) => PlannedStep.Id(phase, Name(slot), "swap");

    public static string MasterVerify(string phase, int slot) => PlannedStep.Id(phase, Name(slot), "verify");

    public static string Drain(string phase, string instance) => PlannedStep.Id(phase, instance, "drain");

    public static string Swap(string phase, string instance) => PlannedStep.Id(phase, instance, "swap");

    /// <summary>The tablet server is healthy and is no longer in the leader blacklist.</summary>
    public static string Verify(string phase, string instance) => PlannedStep.Id(phase, instance, "verify");

    public static string Release(string instance) => PlannedStep.Id(Phases.Undo, instance, "release-leaders");

    private static string Name(int slot) => slot.ToString(CultureInfo.InvariantCulture);

    private static string Name(ReplicationTarget target) => target == ReplicationTarget.Here ? "here" : "there";
}
