using Drydock.Crds;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>What makes OmsUpgrade a kind of run. Until T1 everything is undone. A rollback is possible as long as the
/// old containers and the snapshot exist.</summary>
internal sealed class OmsUpgradeKind(OmsServices services)
    : RunKind<OmsUpgrade, OmsUpgradeSpec, OmsUpgradeStatus>(OmsUpgrade.KindName, CrdsJsonContext.Default.OmsUpgrade)
{
    public override string Examines => "hosts, metadata database and image";

    public override string PastUndo => "the old containers were stopped";

    public override string BeforeUndoEnds => "an old container was stopped";

    public override IRunCleanup Cleanup { get; } = new OmsCleanup();

    public override IRunRedo Redo { get; } = new OmsRedo();

    public override bool IsPastUndo(Plan plan) => OmsPlanProgress.IsPastT1(plan);

    public override bool Changed(Plan plan) => OmsPlanProgress.Changed(plan);

    public override bool OnlyWaits(PlanStep step) => WaitingActions<IOmsTargets>.Contains(step);

    public override AcceptableAttribute? Acceptance(PlanStep step) => AcceptableActions<IOmsTargets>.Of(step);

    public override bool HasNewData(Plan plan) => OmsPlanProgress.HasNewData(plan);

    // Both snapshots dump the same databases.
    public override string KindOf(PlanStep step) =>
        step.Is<TakeSnapshot>() ? StepIds.Snapshot : base.KindOf(step);

    public override string? HeldBy(PlanStep step) => IsManual(step) ? Reasons.AwaitingManualChange : null;

    public override string HoldIn(Plan plan, string hold) =>
        OmsPlanProgress.HoldIn(phase => plan.Steps.Exists(step => step.Phase == phase), hold);

    public override IReadOnlyList<string> MustBeFree(string targetIdentity, Plan plan)
    {
        var server = targetIdentity[..Math.Max(targetIdentity.LastIndexOf('/'), 0)];
        return
        [
            .. plan.Steps.SelectMany(StepDatabases.Of)
                .Select(d => TargetIdentity.Of(server, d))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    protected override async Task<RunBinding> BindAsync(OmsUpgrade entity, CancellationToken cancellationToken)
    {
        var secrets = await SecretUses.ReadAsync(
            services.Kubernetes, SecretReferences.In(entity.Spec), entity.Metadata.Namespace, cancellationToken);
        return RunBinding.Of(
            entity.Spec,
            secrets.Digest,
            onEvent => new OmsRunTargets(new OmsTargets(entity, secrets, services, onEvent), services));
    }

    public override TimeSpan AcceptWithin(RunSpec spec) =>
        KubernetesDuration.Parse(((OmsUpgradeSpec)spec).AcceptWithin);

    // Sql is what a method that is left out comes to, and it was once the default, so hashes of stored plans lack it.
    protected override string IdentityHash(OmsUpgradeSpec spec) => base.IdentityHash(
        spec.HighAvailability.Method == HighAvailabilityMethod.Sql
            ? spec with { HighAvailability = spec.HighAvailability with { Method = null } }
            : spec);

    protected override OmsUpgradeStatus Reduce(OmsUpgradeStatus status) => status with
    {
        CleanupPlan = ReducedObject.Plan(status.CleanupPlan),
        RenamedProjects = [],
        Projects = null,
        HighAvailability = null,
        Inventory = null,
        Nodes = [],
    };

    protected override string PreflightTimeout(OmsUpgradeSpec spec) => spec.Timeouts.Preflight;

    protected override TimeSpan TimeoutOf(OmsUpgradeSpec spec, PlanStep step) => IsManual(step)
        ? AwaitManualHighAvailability.Patience
        : KubernetesDuration.Parse(spec.Timeouts.Of(step)) + Planned(step);

    protected override string? RollbackRefusal(OmsUpgradeSpec spec, Plan plan) => plan.Guards
        .SelectMany(g => g.Violations)
        .FirstOrDefault(v => v.NoRollback && (v.To is null || v.Accepted is not null))?.Message;

    protected override string? RollbackCost(OmsUpgradeSpec spec, OmsUpgradeStatus status) =>
        base.RollbackCost(spec, status) ?? OmsRollbackCost.Of(status);

    protected override Plan CompileRollback(OmsUpgradeSpec spec, RollbackBasis basis) =>
        RollbackPlanner.Compile(spec, basis);

    protected override OmsUpgradeStatus Summarize(
        OmsUpgradeSpec spec, OmsUpgradeStatus status, PlanSlot slot, bool isDone) =>
        OmsReport.Summarize(spec, status, slot, isDone);

    protected override OmsUpgradeStatus Forget(OmsUpgradeStatus status) => status with
    {
        CleanupPlan = null,
        CleanupAt = null,
        Times = null,
        DowntimeSince = null,
        Inventory = null,
        SnapshotRef = null,
        RollbackSnapshotRef = null,
        RenamedProjects = [],
    };

    protected override RunMilestones Milestones(OmsUpgradeSpec spec) => OmsMilestones.All;

    protected override void AddConditions(ConditionSet conditions, OmsUpgradeSpec spec, OmsUpgradeStatus status) =>
        OmsMilestones.AddProjects(conditions, status.Plan!);

    protected override string Success(OmsUpgradeStatus status) =>
        (status.Times?.Downtime is { } downtime ? $", downtime {downtime}" : "")
        + (status.CleanupPlan is { } cleanup && PlanProgress.Done(cleanup) ? "; the old containers are removed" : "");

    protected override string LeftBehind(OmsUpgradeSpec spec, OmsUpgradeStatus status) =>
        "Containers, ha.config and dumps are as these steps left them. Continue manually from here.";

    // A wait that is planned is no part of the time that a step may take.
    private static TimeSpan Planned(PlanStep step) =>
        step.Is<WaitBeforeInit>() ? step.As<WaitBeforeInit>().Longest() : TimeSpan.Zero;

    private static bool IsManual(PlanStep step) => step.Is<AwaitManualHighAvailability>();
}

/// <summary>The correction JAR and docker_init.sh run again only on restored databases.</summary>
internal sealed class OmsRedo : IRunRedo<OmsUpgradeSpec>
{
    public string Remedy =>
        "The run continues only on restored data. "
        + $"Set a new spec.retry or {Annotations.Retry}=<token> to stop the new containers, restore the snapshot and "
        + $"continue from {OmsUpgradePhases.StartNew}, "
        + "or spec.desiredState: RolledBack to roll back.";

    public string Phase => OmsUpgradePhases.RestoreDatabases;

    public string? FindLost(Plan plan) => RedoPlanner.FindLost(plan);

    public bool IsRedone(Plan plan) => plan.Step(RollbackIds.Restore) is not null;

    public Plan Compile(OmsUpgradeSpec spec, Plan plan) => RedoPlanner.Compile(spec, plan);

    public string Describe(string lost, Plan plan) =>
        $"After {lost} the run continues only on restored data, so the plan was compiled again ({plan.Hash}). "
        + $"The new containers are stopped, the snapshot is restored, and everything from {OmsUpgradePhases.StartNew} "
        + "on is repeated.";

    public string Cost(Plan plan)
    {
        var snapshot = plan.Step(StepIds.Snapshot)!;
        var databases = string.Join(", ", snapshot.As<TakeSnapshot>().Databases);
        return $"This DROPS {databases} and restores them from BackupSnapshot "
            + $"{snapshot.Recorded(SnapshotReceipts.SnapshotKey)}: what the new version wrote to them is lost. "
            + $"OMS stays down until everything from {OmsUpgradePhases.StartNew} on has run again.";
    }
}
