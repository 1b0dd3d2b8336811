using Drydock.Crds;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>What makes OmsUpgrade a kind of run. Until T1 everything is undone. A rollback is possible as long as the
/// old containers and the snapshot exist.</summary>
internal sealed class OmsUpgradeKind(OmsServices services) : RunKind<OmsUpgrade, OmsUpgradeSpec>
{
    private readonly StepRegistry _steps = StepRegistry.Of<OmsTargets>();

    public override RunNames Names { get; } = RunNames.Of<OmsUpgrade>(
        OmsUpgrade.KindName,
        examines: "hosts, metadata database and image",
        pastUndo: "the old containers were stopped",
        beforeUndoEnds: "an old container was stopped");

    public override RunForm Form => field ??= new OmsForm();

    public override RunRollback Rollback { get; } = new OmsRollbackRules();

    public override RunReport Report { get; } = new OmsRunReport();

    public override RunHolds Holds => field ??= new OmsHolds(Redo);

    public override IRunCleanup Cleanup { get; } = new OmsCleanup();

    public override IRunRedo Redo { get; } = new OmsRedo();

    public override IReadOnlyList<string> MustBeFree(string targetIdentity, PlanProgress plan)
    {
        var server = targetIdentity[..Math.Max(targetIdentity.LastIndexOf('/'), 0)];
        return
        [
            .. plan.Plan.Steps.SelectMany(StepArguments.DatabasesOf)
                .Select(d => ClaimTarget.IdentityOf(server, d))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    protected override StepRegistry Steps(OmsUpgradeSpec spec) => _steps;

    protected override async Task<RunBinding> BindAsync(OmsUpgrade entity, CancellationToken cancellationToken)
    {
        var secrets = await SecretUses.ReadAsync(
            services.Kubernetes, SecretReferences.In(entity.Spec), entity.Metadata.Namespace, cancellationToken);
        return RunBinding.Of(
            entity.Spec,
            secrets.Digest,
            onEvent => new OmsTargets(entity, secrets, services, onEvent));
    }
}

internal sealed class OmsForm()
    : RunForm<OmsUpgrade, OmsUpgradeSpec, OmsUpgradeStatus>(CrdsJsonContext.Default.OmsUpgrade)
{
    // Sql and Enterprise were once defaults, so hashes of stored plans lack them.
    protected override JsonObject Identity(OmsUpgradeSpec spec) => base.Identity(spec with
    {
        Edition = spec.Edition == OmsEdition.Enterprise ? null : spec.Edition,
        HighAvailability = spec.HighAvailability is { Method: HighAvailabilityMethod.Sql } method
            ? method with { Method = null }
            : spec.HighAvailability,
    });

    protected override OmsUpgradeSpec Known(OmsUpgradeSpec spec, OmsUpgradeStatus? status) =>
        spec.FromVersion.Length > 0 ? spec : spec with { FromVersion = status?.Inventory?.FromVersion ?? "" };

    protected override OmsUpgradeStatus Reduced(OmsUpgradeStatus status) => status with
    {
        RenamedProjects = [],
        Projects = null,
        ProjectsAfter = null,
        HighAvailability = null,
        Inventory = new OmsInventory { FromVersion = status.Inventory?.FromVersion },
        Nodes = [],
    };

    protected override OmsUpgradeStatus Forgotten(OmsUpgradeStatus status) => status with
    {
        CleanupFrom = null,
        CleanupAt = null,
        Times = null,
        ProjectsAfter = null,
        Inventory = null,
        SnapshotRef = null,
        RollbackSnapshotRef = null,
        Restore = null,
        RenamedProjects = [],
    };
}

internal sealed class OmsHolds(IRunRedo redo) : RunHolds
{
    // A redo drops databases: the retry that asked for it approves that, or an administrator approves this plan.
    public override ImpliedHold? Implied(RunSpec spec, PlanProgress plan) =>
        plan.Step<RestoreDatabases>() is null
            ? null
            : new ImpliedHold(
                redo.Phase,
                $"it waits for your approval to DROP and restore "
                    + $"{string.Join(", ", RestoreDatabases.Of(plan).Databases)}, which the retry did not give. OMS is "
                    + "down");

    protected override string PlaceOf(PlanProgress plan, string hold) =>
        OmsPlanProgress.HoldIn(phase => plan.Steps.Exists(step => step.Phase == phase), hold);
}

internal sealed class OmsRollbackRules : RunRollback<OmsUpgradeSpec, OmsUpgradeStatus>
{
    // The old containers were stopped, and the finding that stopped the run says that an abort starts them again.
    public override bool AbortUndoes(StepRegistry steps, PlanProgress plan) => base.AbortUndoes(steps, plan)
        || (!OmsPlanProgress.NewStarted(plan)
            && (plan.Steps.Exists(s => s.Is<CheckProjectNames>() && s.State == StepState.Failed)
                || plan.Guards.Exists(
                    g => g.Planned.Check == nameof(MetadataServerStays) && g.Record.Open is not null)));

    public override bool HasNewData(PlanProgress plan) => OmsPlanProgress.HasNewData(plan);

    public override string? CleanedUp(RunStatus status) => Removed(status);

    public static string? Removed(RunStatus status) => status.CleanupPlan is { } cleanup && cleanup.HasEverBegun
        ? "the old containers were removed by spec.cleanup"
        : null;

    protected override string? Refusal(OmsUpgradeSpec spec, PlanProgress plan) => plan.Guards
        .SelectMany(g => g.Record.Violations)
        .FirstOrDefault(v => v.NoRollback && (v.To is null || v.Accepted is not null))?.Message;

    protected override string? Loss(OmsUpgradeStatus status) => OmsRollbackCost.Of(status);

    protected override string? LossAfter(OmsUpgradeSpec spec, OmsUpgradeStatus after) =>
        OmsRollbackCost.After(after.Plan!);

    protected override Plan Compile(OmsUpgradeSpec spec, OmsUpgradeStatus? status, RollbackBasis basis) =>
        OmsRollback.Compile(spec, basis);

    protected override OmsUpgradeStatus Wanted(OmsUpgradeStatus status) => status with
    {
        ActionRequired = status.IsRolledBack() ? status.ActionRequired : [],
        CleanupAt = null,
    };
}

internal sealed class OmsRunReport : RunReport<OmsUpgradeSpec, OmsUpgradeStatus>
{
    protected override OmsUpgradeStatus Summarize(
        OmsUpgradeSpec spec, OmsUpgradeStatus status, PlanKind slot, bool isDone) =>
        OmsReport.Summarize(spec, status, slot, isDone);

    protected override (SystemState State, DateTimeOffset? Since) System(
        OmsUpgradeSpec spec, OmsUpgradeStatus status) => OmsSystem.Of(status);

    protected override string Success(OmsUpgradeStatus status) =>
        (status.Downtime is { } downtime ? $", downtime {downtime}" : "")
        + (status.CleanupPlan is { IsDone: true } ? "; the old containers are removed" : "");

    protected override string LeftBehind(OmsUpgradeSpec spec, OmsUpgradeStatus status) =>
        "Containers, ha.config and dumps are as these steps left them. Continue manually from here.";
}
