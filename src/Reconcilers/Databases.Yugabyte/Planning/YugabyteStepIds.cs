using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The ids of steps that other steps, the status and people refer to.</summary>
internal static class YugabyteStepIds
{
    /// <summary>The package on a host.</summary>
    public static string Package(string hostOrGroup) => $"{DatabaseRollingUpgradePhases.PreparePackage}/{hostOrGroup}";

    /// <summary>
    /// The admin tool of the package is tried, and what must be known before anything is stopped is read by it.
    /// </summary>
    public const string AdminTool = DatabaseRollingUpgradePhases.PreparePackage + "/check/admin-tool";

    /// <summary>Extensions in use are in the package.</summary>
    public const string Extensions = DatabaseRollingUpgradePhases.PreparePackage + "/check/extensions";

    /// <summary>A replication group is paused at one of its ends.</summary>
    public static string Pause(string group, string side) =>
        $"{DatabaseRollingUpgradePhases.PauseReplication}/{group}/{side}";

    /// <summary>A replication group goes on at one of its ends.</summary>
    public static string Resume(string group, string side) =>
        $"{DatabaseRollingUpgradePhases.ResumeReplication}/{group}/{side}";

    /// <summary>A master, whichever is next, is stopped, swapped and started.</summary>
    public static string MasterSwap(string phase, int slot) =>
        string.Create(CultureInfo.InvariantCulture, $"{phase}/{slot}-swap");

    /// <summary>The master of that slot is healthy.</summary>
    public static string MasterVerify(string phase, int slot) =>
        string.Create(CultureInfo.InvariantCulture, $"{phase}/{slot}-verify");

    /// <summary>The leaders of a tablet server move away.</summary>
    public static string Drain(string phase, string instance) => $"{phase}/{instance}-drain";

    /// <summary>A tablet server is stopped, swapped and started.</summary>
    public static string Swap(string phase, string instance) => $"{phase}/{instance}-swap";

    /// <summary>A tablet server is healthy and may have leaders again.</summary>
    public static string Verify(string phase, string instance) => $"{phase}/{instance}-verify";

    /// <summary>Every process runs the new version.</summary>
    public const string Versions = DatabaseRollingUpgradePhases.VerifyVersions + "/all";

    /// <summary>The wait for the clusters at the other end before AutoFlags are promoted.</summary>
    public const string PromotePeers = DatabaseRollingUpgradePhases.PromoteAutoFlags + "/peers";

    /// <summary>AutoFlags are promoted.</summary>
    public const string Promote = DatabaseRollingUpgradePhases.PromoteAutoFlags + "/promote";

    /// <summary>The promoted AutoFlags have come to every process.</summary>
    public const string Promoted = DatabaseRollingUpgradePhases.PromoteAutoFlags + "/applied";

    /// <summary>The SQL catalogue is upgraded.</summary>
    public const string Catalog = DatabaseRollingUpgradePhases.UpgradeCatalog + "/upgrade";

    /// <summary>The wait for the clusters at the other end before replication goes on.</summary>
    public const string ResumePeers = DatabaseRollingUpgradePhases.ResumeReplication + "/peers";

    /// <summary>Of the way back: a tablet server may have leaders again.</summary>
    public static string Release(string instance) => $"{DatabaseRollingUpgradePhases.Undo}/leaders-{instance}";

    /// <summary>Of the way back: volatile AutoFlags are as they were.</summary>
    public const string RollBackFlags = DatabaseRollingUpgradePhases.RollbackAutoFlags + "/rollback";

    /// <summary>Of the way back: every process runs the former version.</summary>
    public const string FormerVersions = DatabaseRollingUpgradePhases.RollbackMasters + "/versions";
}
