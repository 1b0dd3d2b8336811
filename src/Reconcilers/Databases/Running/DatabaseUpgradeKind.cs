using Drydock.Crds;

namespace Drydock.Reconcilers.Databases;

/// <summary>What makes DatabaseRollingUpgrade a kind of run. Until the first process is stopped everything is
/// undone.</summary>
/// <param name="bind">Determines what access to the targets of an upgrade depends on.</param>
internal sealed class DatabaseUpgradeKind(
    DatabaseEngineSet engines, Func<DatabaseRollingUpgrade, CancellationToken, Task<RunBinding>> bind)
    : RunKind<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec>
{
    public DatabaseUpgradeKind(DatabaseServices services)
        : this(
            services.Engines,
            (upgrade, cancellationToken) => DatabaseRunTargets.BindAsync(upgrade, services, cancellationToken))
    {
    }

    public override RunNames Names { get; } = RunNames.Of<DatabaseRollingUpgrade>(
        DatabaseRollingUpgrade.KindName,
        examines: "hosts, processes and the state that the database reports",
        pastUndo: "processes were stopped for the new version",
        beforeUndoEnds: "a process was stopped");

    public override RunForm Form => field ??= new DatabaseForm();

    public override RunRollback Rollback { get; } = new DatabaseRollback(engines);

    public override RunReport Report { get; } = new DatabaseReport(engines);

    public override RunHolds Holds { get; } = new DatabaseHolds(engines);

    public override IParkedStateCleanup ParkedState { get; } = new DatabaseParkedState(engines);

    protected override StepRegistry Steps(DatabaseRollingUpgradeSpec spec) => engines.Of(spec).Steps;

    protected override Task<RunBinding> BindAsync(
        DatabaseRollingUpgrade entity, CancellationToken cancellationToken) => bind(entity, cancellationToken);
}

internal sealed class DatabaseForm()
    : RunForm<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>(
        CrdsJsonContext.Default.DatabaseRollingUpgrade)
{
    protected override DatabaseRollingUpgradeSpec Known(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus? status) =>
        spec.FromVersion.Length > 0 ? spec : spec with { FromVersion = status?.Inventory?.FromVersion ?? "" };

    protected override DatabaseRollingUpgradeStatus Reduced(DatabaseRollingUpgradeStatus status) => status with
    {
        Instances = [],
        Inventory = new DatabaseInventory { FromVersion = status.Inventory?.FromVersion },
        Skipped = [],
        PausedReplication = [],
    };

    protected override DatabaseRollingUpgradeStatus Forgotten(DatabaseRollingUpgradeStatus status) => status with
    {
        Elapsed = null,
        InstanceProgress = null,
        Inventory = null,
        SnapshotRef = null,
        ConfigurationRef = null,
        AutoFlagsConfigBefore = null,
        AutoFlagsConfig = null,
        PausedReplication = [],
        ReplicationDeadline = null,
        Skipped = [],
    };
}

internal sealed class DatabaseHolds(DatabaseEngineSet engines) : RunHolds
{
    public override ImpliedHold? Implied(RunSpec spec, PlanProgress plan) =>
        engines.Of((DatabaseRollingUpgradeSpec)spec).Hold((DatabaseRollingUpgradeSpec)spec, plan);
}

internal sealed class DatabaseRollback(DatabaseEngineSet engines)
    : RunRollback<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    /// <summary>What must be approved before an upgrade that succeeded is rolled back.</summary>
    public const string Hold = "RollBack";

    protected override string? Refusal(DatabaseRollingUpgradeSpec spec, PlanProgress plan) =>
        engines.Of(spec).Undo(spec, plan).Refusal;

    protected override Plan Compile(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus? status, RollbackBasis basis)
    {
        var complete = DatabaseSpecCompletion.Complete(spec, status?.Inventory);
        var plan = engines.Of(spec).Undo(complete, basis.Plan).Rollback(basis.Notes);
        return plan with { Hold = basis.AfterSuccess && plan.Steps.Count > 0 ? Hold : null };
    }

    protected override string? LossAfter(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus after)
    {
        var steps = engines.Of(spec).Steps;
        var took = after.Plan!.Steps.Where(s => steps.Of(s).Has(Effect.EndsUndo, s.Phase))
            .Max(StepDurations.Of);
        return !steps.Changed(after.Plan) ? null
            : !steps.IsPastUndo(after.Plan) ? "keeps all data and stops no process."
            : "keeps all data and replaces the processes again, one by one. "
                + (took is { } longest
                    ? $"A process took up to {KubernetesDuration.Format(longest)}."
                    : "How long it takes is not known.");
    }
}

internal sealed class DatabaseReport(DatabaseEngineSet engines)
    : RunReport<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    protected override DatabaseRollingUpgradeStatus Summarize(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status, PlanKind slot, bool isDone)
    {
        var (engine, complete) = (engines.Of(spec), DatabaseSpecCompletion.Complete(spec, status.Inventory));
        var summary = engine.Report.Summarize(complete, status);
        var skipped = SkippedInstances.Of(spec, status, engine.Steps);
        return summary with
        {
            InstanceProgress = InstanceProgress.Of(summary, spec),
            Skipped = skipped,
            ActionRequired =
            [
                .. summary.ActionRequired
                    .Concat(SkippedInstances.Actions(complete, skipped, status.RollbackPlan is not null))
                    .Take(SchemaLimits.Findings),
            ],
        };
    }

    protected override (SystemState State, DateTimeOffset? Since) System(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        DatabaseSystem.Of(engines.Of(spec).Steps, status);

    protected override string Success(DatabaseRollingUpgradeStatus status) =>
        status.Elapsed is not { } elapsed ? ""
        : $", {elapsed} from the first process stopped to the last one verified"
            + (status.Estimate is { } estimate ? $" (estimated {estimate})" : "");

    protected override string LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status)
    {
        var items = engines.Of(spec).Report.LeftBehind(DatabaseSpecCompletion.Complete(spec, status.Inventory), status);
        var upgraded = status.Instances.Count(i => i.Version == spec.ToVersion);
        var processes = $"{upgraded} of {status.Instances.Count} processes run {spec.ToVersion}.";
        return Sentences.Join([processes, "Continue manually from here.", .. items.Select(i => i.Message)]);
    }
}

/// <summary>How many processes run the wanted version, as text. Pure.</summary>
internal static class InstanceProgress
{
    /// <summary>"PD 3/3, TiKV 12/60", in the order of the instances; null without instances.</summary>
    public static string? Of(DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec)
    {
        var wanted = Plain(status.RollbackPlan is null ? spec.ToVersion : spec.FromVersion);
        var components = status.Instances.GroupBy(i => i.Component).Select(
            of => $"{of.Key} {of.Count(i => i.Version is { } runs && Plain(runs) == wanted)}/{of.Count()}").ToList();
        return components.Count == 0 ? null : string.Join(", ", components);
    }

    // TiDB writes v3.0.9 and 3.0.9.
    private static string Plain(string version) => version.TrimStart('v', 'V');
}

internal static class ActionItems
{
    public static ActionItem Of(string reason, string subject, string message) =>
        new() { Reason = reason, Subject = subject, Message = message };
}

/// <summary>What metrics and traces show of a DatabaseRollingUpgrade.</summary>
internal static class DatabaseUpgradeSample
{
    public static RunSampling<DatabaseRollingUpgrade> Sampling { get; } =
        new(DatabaseRollingUpgrade.KindName, RunResults.OfUpgrades, Of);

    private static RunSample Of(DatabaseRollingUpgrade upgrade) =>
        RunSample.OfRun(DatabaseRollingUpgrade.KindName, upgrade) with
        {
            Engine = upgrade.Spec.Engine.ToString(),
            From = upgrade.Spec.FromVersion is { Length: > 0 } from
                ? from
                : upgrade.Status?.Inventory?.FromVersion ?? "",
            To = upgrade.Spec.ToVersion,
        };
}
