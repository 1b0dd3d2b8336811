using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The ids of steps: <c>PHASE/NODE/verb</c>, and <c>PHASE/verb</c> for the whole system.</summary>
internal static class TiDbStepIds
{
    public const string SaveConfiguration = Phases.SaveConfiguration + "/files";

    public const string Snapshot = Phases.Backup + "/snapshot";

    public const string ClearPriority = Phases.UpgradePD + "/clear-leader-priority";

    public const string RestorePriority = Phases.UpgradePD + "/restore-leader-priority";

    public const string LimitMergingEarly = Phases.UpgradePD + "/limit-merging";

    public const string HoldScheduling = Phases.UpgradeTiKV + "/hold-scheduling";

    public const string ReleaseScheduling = Phases.UpgradeTiKV + "/release-scheduling";

    public const string ClusterVersion = Phases.UpgradeTiKV + "/cluster-version";

    public const string Consistent = Phases.UpgradeTiDB + "/consistent";

    public const string LimitMerging = Phases.LimitMerging + "/merge-schedule-limit";

    public const string VerifyProcesses = Phases.Verify + "/processes";

    public const string VerifyCluster = Phases.Verify + "/cluster";

    public const string VerifyBinlog = Phases.Verify + "/binlog";

    public const string VerifyStatements = Phases.Verify + "/statements";

    public const string PdUnits = Phases.Verify + "/pd-units";

    public const string RaiseReplica = Phases.TuneScheduling + "/replica-schedule-limit";

    public const string StopSpark = Phases.UpgradeTiSpark + "/stop";

    public const string StartSpark = Phases.UpgradeTiSpark + "/start";

    public const string SmokeSpark = Phases.UpgradeTiSpark + "/smoke";

    public const string UndoPriority = Phases.Undo + "/restore-leader-priority";

    private const string DrainVerb = "drain";
    private const string SwapVerb = "swap";
    private const string VerifyVerb = "verify";

    public static string Package(string hostOrGroup) => PlannedStep.Id(Phases.PreparePackage, hostOrGroup);

    public static string Configuration(DatabaseComponent component) =>
        PlannedStep.Id(Phases.MigrateConfiguration, component.ToString().ToLowerInvariant());

    public static string Drain(DatabaseInstance instance) => Of(instance, DrainVerb);

    public static string Swap(DatabaseInstance instance) => Of(instance, SwapVerb);

    public static string Verify(DatabaseInstance instance) => Of(instance, VerifyVerb);

    public static string Monitoring(string service) => PlannedStep.Id(Phases.UpgradeMonitoring, service);

    public static string Dashboards(string service) =>
        PlannedStep.Id(Phases.UpgradeMonitoring, service, "dashboards");

    public static string SparkJar(string host) => PlannedStep.Id(Phases.UpgradeTiSpark, host, "jar");

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
