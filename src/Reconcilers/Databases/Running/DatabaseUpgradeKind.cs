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

    // A plan belongs to one engine, and the names of the engines' actions do not overlap.
    public override bool IsPastUndo(Plan plan) => engines.All.Any(e => e.IsPastUndo(plan));

    public override bool Changed(Plan plan) => engines.All.Any(e => e.Changed(plan));

    public override bool OnlyWaits(PlanStep step) => engines.All.Any(e => e.OnlyWaits(step));

    // Masters are numbered: UpgradeMasters/2/swap is of the kind UpgradeMasters/swap.
    public override string KindOf(PlanStep step) => step.Node is null
        ? string.Join(
            '/',
            step.Id.Split('/').Where(
                part => !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        : base.KindOf(step);

    public override TimeSpan? UnitEstimate(PlanStep step) =>
        engines.All.Select(e => e.UnitEstimate(step)).FirstOrDefault(estimate => estimate is not null);

    public override AcceptableAttribute? Acceptance(PlanStep step) =>
        engines.All.Select(e => e.Acceptance(step)).FirstOrDefault(mark => mark is not null);

    public override string? HeldBy(PlanStep step) =>
        engines.All.Select(e => e.HeldBy(step)).FirstOrDefault(held => held is not null);

    protected override Task<RunBinding> BindAsync(
        DatabaseRollingUpgrade entity, CancellationToken cancellationToken) => bind(entity, cancellationToken);

    protected override DatabaseRollingUpgradeStatus Reduce(DatabaseRollingUpgradeStatus status) =>
        status with { Instances = [], Inventory = null, Skipped = [], PausedReplication = [] };

    protected override string PreflightTimeout(DatabaseRollingUpgradeSpec spec) => spec.Timeouts.Preflight;

    protected override TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, PlanStep step) =>
        engines.Of(spec).TimeoutOf(spec, step);

    protected override ImpliedHold? Hold(DatabaseRollingUpgradeSpec spec, Plan plan) =>
        engines.Of(spec).Hold(spec, plan);

    protected override string? RollbackRefusal(DatabaseRollingUpgradeSpec spec, Plan plan) =>
        engines.Of(spec).RollbackRefusal(spec, plan);

    protected override Plan CompileRollback(DatabaseRollingUpgradeSpec spec, RollbackBasis basis)
    {
        var complete = Complete(spec, basis.Status as DatabaseRollingUpgradeStatus);
        var plan = engines.Of(spec).CompileRollback(complete, basis.Plan, basis.Notes);
        return plan with
        {
            AttemptsBefore = basis.AttemptsBefore,
            Hold = basis.AfterSuccess && plan.Steps.Count > 0 ? RollbackHold : null,
        };
    }

    protected override DatabaseRollingUpgradeStatus Summarize(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status, PlanSlot slot, bool isDone)
    {
        var engine = engines.Of(spec);
        var summary = engine.Summarize(Complete(spec, status), status);
        return summary with
        {
            InstanceProgress = InstanceProgress.Of(summary, spec),
            Skipped = SkippedInstances.Of(spec, status, engine.InstanceOf),
        };
    }

    protected override DatabaseRollingUpgradeStatus Forget(DatabaseRollingUpgradeStatus status) => status with
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

    protected override RunMilestones Milestones(DatabaseRollingUpgradeSpec spec) => engines.Of(spec).Milestones;

    protected override void AddConditions(
        ConditionSet conditions, DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        engines.Of(spec).AddConditions(conditions, status);

    protected override string Success(DatabaseRollingUpgradeStatus status) =>
        status.Elapsed is not { } elapsed ? ""
        : $", {elapsed} from the first process stopped to the last one verified"
            + (status.Estimate is { } estimate ? $" (estimated {estimate})" : "");

    protected override string LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status)
    {
        var items = engines.Of(spec).LeftBehind(Complete(spec, status), status);
        var upgraded = status.Instances.Count(i => i.Version == spec.ToVersion);
        var processes = $"{upgraded} of {status.Instances.Count} processes run {spec.ToVersion}.";
        return Sentences.Join([processes, "Continue manually from here.", .. items.Select(i => i.Message)]);
    }

    private static DatabaseRollingUpgradeSpec Complete(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus? status) =>
        SpecCompletion.Complete(spec, status?.Inventory);
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
