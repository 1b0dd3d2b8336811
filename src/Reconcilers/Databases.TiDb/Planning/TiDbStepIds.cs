using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;
using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The ids of steps: <c>PHASE/NODE/verb</c>, and <c>PHASE/verb</c> for the whole system.</summary>
internal static class TiDbStepIds
{
    /// <summary>Saves configuration files and PD's configuration.</summary>
    public const string SaveConfiguration = Phases.SaveConfiguration + "/files";

    /// <summary>Takes the full backup.</summary>
    public const string Snapshot = Phases.Backup + "/snapshot";

    /// <summary>Clears leader_priority for the rolling upgrade.</summary>
    public const string ClearPriority = Phases.UpgradePD + "/clear-leader-priority";

    /// <summary>Restores leader_priority.</summary>
    public const string RestorePriority = Phases.UpgradePD + "/restore-leader-priority";

    /// <summary>Limits merging at once if the new PD began to merge.</summary>
    public const string LimitMergingEarly = Phases.UpgradePD + "/limit-merging";

    /// <summary>Stops merging and balancing before the first TiKV.</summary>
    public const string HoldScheduling = Phases.UpgradeTiKV + "/hold-scheduling";

    /// <summary>Restores the schedule limits after the last TiKV.</summary>
    public const string ReleaseScheduling = Phases.UpgradeTiKV + "/release-scheduling";

    /// <summary>Waits until the cluster has raised its version.</summary>
    public const string ClusterVersion = Phases.UpgradeTiKV + "/cluster-version";

    /// <summary>Waits until the cluster reports that all TiDB servers run the same version.</summary>
    public const string Consistent = Phases.UpgradeTiDB + "/consistent";

    /// <summary>Limits merging.</summary>
    public const string LimitMerging = Phases.LimitMerging + "/merge-schedule-limit";

    /// <summary>Checks every process and every service port.</summary>
    public const string VerifyProcesses = Phases.Verify + "/processes";

    /// <summary>Checks the cluster as a whole.</summary>
    public const string VerifyCluster = Phases.Verify + "/cluster";

    /// <summary>Checks pumps and drainers.</summary>
    public const string VerifyBinlog = Phases.Verify + "/binlog";

    /// <summary>Counts failed statements.</summary>
    public const string VerifyStatements = Phases.Verify + "/statements";

    /// <summary>Gives units of PD a second name.</summary>
    public const string PdUnits = Phases.Verify + "/pd-units";

    /// <summary>Raises replica-schedule-limit.</summary>
    public const string RaiseReplica = Phases.TuneScheduling + "/replica-schedule-limit";

    /// <summary>Stops Spark.</summary>
    public const string StopSpark = Phases.UpgradeTiSpark + "/stop";

    /// <summary>Starts Spark.</summary>
    public const string StartSpark = Phases.UpgradeTiSpark + "/start";

    /// <summary>Runs the smoke test of Spark.</summary>
    public const string SmokeSpark = Phases.UpgradeTiSpark + "/smoke";

    /// <summary>Restores leader_priority in a rollback.</summary>
    public const string UndoPriority = Phases.Undo + "/restore-leader-priority";

    private const string DrainVerb = "drain";
    private const string SwapVerb = "swap";
    private const string VerifyVerb = "verify";

    /// <summary>Prepares the package on a host or a group of hosts.</summary>
    public static string Package(string hostOrGroup) => PlannedStep.Id(Phases.PreparePackage, hostOrGroup);

    /// <summary>Migrates the configuration files of a component.</summary>
    public static string Configuration(DatabaseComponent component) =>
        PlannedStep.Id(Phases.MigrateConfiguration, component.ToString().ToLowerInvariant());

    /// <summary>Makes it safe to stop the instance.</summary>
    public static string Drain(DatabaseInstance instance) => Of(instance, DrainVerb);

    /// <summary>Stops the instance, installs the new program and starts it.</summary>
    public static string Swap(DatabaseInstance instance) => Of(instance, SwapVerb);

    /// <summary>Verifies the instance, which then counts as upgraded.</summary>
    public static string Verify(DatabaseInstance instance) => Of(instance, VerifyVerb);

    /// <summary>Restarts a monitoring service.</summary>
    public static string Monitoring(string service) => PlannedStep.Id(Phases.UpgradeMonitoring, service);

    /// <summary>Imports dashboards into Grafana.</summary>
    public static string Dashboards(string service) =>
        PlannedStep.Id(Phases.UpgradeMonitoring, service, "dashboards");

    /// <summary>Replaces the JAR on a host of Spark.</summary>
    public static string SparkJar(string host) => PlannedStep.Id(Phases.UpgradeTiSpark, host, "jar");

    /// <summary>Raises merge-schedule-limit to a value.</summary>
    public static string RaiseMerge(long limit) =>
        string.Create(CultureInfo.InvariantCulture, $"{Phases.TuneScheduling}/merge-schedule-limit-{limit}");

    public static bool IsDrain(PlanStep step) => Has(step, DrainVerb);

    public static bool IsSwap(PlanStep step) => Has(step, SwapVerb);

    public static bool IsVerify(PlanStep step) => Has(step, VerifyVerb);

    private static string Of(DatabaseInstance instance, string verb) =>
        PlannedStep.Id(TiDbLayout.Phase(instance.Component), instance.Name, verb);

    private static bool Has(PlanStep step, string verb) =>
        step.Node is { } node && step.Id.EndsWith($"/{node}/{verb}", StringComparison.Ordinal);
}
