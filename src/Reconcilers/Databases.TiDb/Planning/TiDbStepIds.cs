using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;
using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The ids of steps that other steps, the status and people refer to.</summary>
internal static class TiDbStepIds
{
    /// <summary>Ending of the step that makes it safe to stop an instance.</summary>
    public const string DrainSuffix = "-drain";

    /// <summary>Ending of the step that stops an instance, puts the new program in and starts it.</summary>
    public const string SwapSuffix = "-swap";

    /// <summary>Ending of the step after which an instance counts as upgraded.</summary>
    public const string VerifySuffix = "-verify";

    /// <summary>Configuration files and PD's configuration are saved.</summary>
    public const string SaveConfiguration = Phases.SaveConfiguration + "/files";

    /// <summary>The full backup.</summary>
    public const string Snapshot = Phases.Backup + "/snapshot";

    /// <summary>leader_priority is taken away for the roll.</summary>
    public const string ClearPriority = Phases.UpgradePD + "/clear-leader-priority";

    /// <summary>leader_priority is given back.</summary>
    public const string RestorePriority = Phases.UpgradePD + "/restore-leader-priority";

    /// <summary>Merging is limited at once where the new PD began to merge.</summary>
    public const string LimitMergingEarly = Phases.UpgradePD + "/limit-merging";

    /// <summary>The cluster has raised its version.</summary>
    public const string ClusterVersion = Phases.UpgradeTiKV + "/cluster-version";

    /// <summary>All TiDBs are of one version by the cluster's own word.</summary>
    public const string Consistent = Phases.UpgradeTiDB + "/consistent";

    /// <summary>Merging is limited.</summary>
    public const string LimitMerging = Phases.LimitMerging + "/merge-schedule-limit";

    /// <summary>Every process and every service port.</summary>
    public const string VerifyProcesses = Phases.Verify + "/processes";

    /// <summary>The cluster as a whole.</summary>
    public const string VerifyCluster = Phases.Verify + "/cluster";

    /// <summary>Pumps and drainers.</summary>
    public const string VerifyBinlog = Phases.Verify + "/binlog";

    /// <summary>Counters of failed statements.</summary>
    public const string VerifyStatements = Phases.Verify + "/statements";

    /// <summary>replica-schedule-limit at the end.</summary>
    public const string RaiseReplica = Phases.TuneScheduling + "/replica-schedule-limit";

    /// <summary>Spark is stopped.</summary>
    public const string StopSpark = Phases.UpgradeTiSpark + "/stop";

    /// <summary>Spark runs again.</summary>
    public const string StartSpark = Phases.UpgradeTiSpark + "/start";

    /// <summary>The smoke test of Spark.</summary>
    public const string SmokeSpark = Phases.UpgradeTiSpark + "/smoke";

    /// <summary>The package on a host, or on a group of hosts.</summary>
    public static string Package(string hostOrGroup) => $"{Phases.PreparePackage}/{hostOrGroup}";

    /// <summary>Migrated configuration files of a component.</summary>
    public static string Configuration(DatabaseComponent component) =>
        $"{Phases.MigrateConfiguration}/{component.ToString().ToLowerInvariant()}";

    /// <summary>It is safe to stop the instance.</summary>
    public static string Drain(DatabaseInstance instance) =>
        $"{TiDbLayout.Phase(instance.Component)}/{instance.Name}{DrainSuffix}";

    /// <summary>The instance runs the new program.</summary>
    public static string Swap(DatabaseInstance instance) =>
        $"{TiDbLayout.Phase(instance.Component)}/{instance.Name}{SwapSuffix}";

    /// <summary>The instance is healthy on the new version.</summary>
    public static string Verify(DatabaseInstance instance) =>
        $"{TiDbLayout.Phase(instance.Component)}/{instance.Name}{VerifySuffix}";

    /// <summary>A service of the monitoring.</summary>
    public static string Monitoring(string service) => $"{Phases.UpgradeMonitoring}/{service}";

    /// <summary>The JAR on a host of Spark.</summary>
    public static string SparkJar(string host) => $"{Phases.UpgradeTiSpark}/jar-{host}";

    /// <summary>merge-schedule-limit is raised to a value.</summary>
    public static string RaiseMerge(int limit) =>
        string.Create(CultureInfo.InvariantCulture, $"{Phases.TuneScheduling}/merge-schedule-limit-{limit}");
}
