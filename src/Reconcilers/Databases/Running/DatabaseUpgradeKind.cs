using Drydock.Crds;

namespace Drydock.Reconcilers.Databases;

/// <summary>What makes DatabaseRollingUpgrade a kind of run. Until the first process is stopped everything is
/// undone.</summary>
/// <param name="bind">Determines what access to the targets of an upgrade depends on.</param>
internal sealed class DatabaseUpgradeKind(
    DatabaseEngineSet engines, Func<DatabaseRollingUpgrade, CancellationToken, Task<RunBinding>> bind)
    : RunKind<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>(
        DatabaseRollingUpgrade.KindName, CrdsJsonContext.Default.DatabaseRollingUpgrade)
{
    /// <summary>What must be approved before an upgrade that succeeded is rolled back.</summary>
    public const string RollbackHold = "RollBack";

    public DatabaseUpgradeKind(DatabaseServices services)
        : this(
            services.Engines,
            (upgrade, cancellationToken) => DatabaseRunTargets.BindAsync(upgrade, services, cancellationToken))
    {
    }

    public override string Examines => "hosts, processes and the state that the database reports";
    public override string PastUndo => "processes were stopped for the new version";
    public override string BeforeUndoEnds => "a process was stopped";
    public override IParkedStateCleanup ParkedState { get; } = new DatabaseParkedState(engines);

    public override StepRegistry Steps(RunSpec spec) => Engine(spec).Steps;

    public override Task<RunBinding> BindAsync(RunObject entity, CancellationToken cancellationToken) =>
        bind((DatabaseRollingUpgrade)entity.Entity, cancellationToken);

    protected override DatabaseRollingUpgradeStatus Reduce(DatabaseRollingUpgradeStatus status) =>
        status with { Instances = [], Inventory = null, Skipped = [], PausedReplication = [] };

    public override string PreflightTimeout(RunSpec spec) => Own(spec).Timeouts.Preflight;

    public override ImpliedHold? Hold(RunSpec spec, PlanProgress plan) => Engine(spec).Hold(Own(spec), plan);

    public override string? RollbackRefusal(RunSpec spec, PlanProgress plan) =>
        Engine(spec).RollbackRefusal(Own(spec), plan);

    public override Plan CompileRollback(RunSpec spec, RollbackBasis basis)
    {
        var complete = Complete(spec, basis.Status);
        var plan = Engine(spec).CompileRollback(complete, basis.Plan, basis.Notes);
        return plan with { Hold = basis.AfterSuccess && plan.Steps.Count > 0 ? RollbackHold : null };
    }

    public override RunStatus Summarize(RunSpec spec, RunStatus status, PlanSlot slot, bool isDone)
    {
        var (engine, before) = (Engine(spec), (DatabaseRollingUpgradeStatus)status);
        var complete = Complete(spec, status);
        var summary = engine.Summarize(complete, before);
        var skipped = SkippedInstances.Of(Own(spec), before, engine.Steps);
        return summary with
        {
            InstanceProgress = InstanceProgress.Of(summary, Own(spec)),
            Skipped = skipped,
            ActionRequired =
            [
                .. summary.ActionRequired
                    .Concat(SkippedInstances.Actions(complete, skipped, before.RollbackPlan is not null))
                    .Take(SchemaLimits.Findings),
            ],
        };
    }

    public override RunStatus Forget(RunStatus status) => (DatabaseRollingUpgradeStatus)status with
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

    public override RunMilestones Milestones(RunSpec spec) => Engine(spec).Milestones;

    public override void AddConditions(ConditionSet conditions, RunSpec spec, RunStatus status) =>
        Engine(spec).AddConditions(conditions, (DatabaseRollingUpgradeStatus)status);

    public override string Success(RunStatus status) =>
        status is not DatabaseRollingUpgradeStatus { Elapsed: { } elapsed } database ? ""
        : $", {elapsed} from the first process stopped to the last one verified"
            + (database.Estimate is { } estimate ? $" (estimated {estimate})" : "");

    public override string LeftBehind(RunSpec spec, RunStatus status)
    {
        var database = (DatabaseRollingUpgradeStatus)status;
        var items = Engine(spec).LeftBehind(Complete(spec, status), database);
        var version = Own(spec).ToVersion;
        var upgraded = database.Instances.Count(i => i.Version == version);
        var processes = $"{upgraded} of {database.Instances.Count} processes run {version}.";
        return Sentences.Join([processes, "Continue manually from here.", .. items.Select(i => i.Message)]);
    }

    private static DatabaseRollingUpgradeSpec Own(RunSpec spec) => (DatabaseRollingUpgradeSpec)spec;

    private IDatabaseEngine Engine(RunSpec spec) => engines.Of(Own(spec));

    private static DatabaseRollingUpgradeSpec Complete(RunSpec spec, RunStatus? status) =>
        SpecCompletion.Complete(Own(spec), (status as DatabaseRollingUpgradeStatus)?.Inventory);
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
            From = upgrade.Spec.FromVersion,
            To = upgrade.Spec.ToVersion,
        };
}
