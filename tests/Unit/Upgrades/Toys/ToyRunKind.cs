using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What makes the toys a kind of run.</summary>
internal sealed class ToyRunKind(ToyRunTruth truth)
    : RunKind<ToyRun, ToyRunSpec, ToyRunStatus>("ToyRun", ToyRunContext.Default.ToyRun)
{
    public const string Prepare = "Prepare";
    public const string Swap = "Swap";
    public const string Await = "Await";
    public const string Seal = "Seal";
    public const string Undo = "Undo";

    public override string Examines => "parts";

    public override string PastUndo => "parts were swapped";

    public override string BeforeUndoEnds => "a part was swapped";

    public override IParkedStateCleanup ParkedState { get; } = new ToyParkedState(truth);

    public override bool IsPastUndo(Plan plan) => plan.Steps.Exists(s => s.Phase == Swap && PlanProgress.Begun(s));

    public override bool Changed(Plan plan) => PlanProgress.Begun(plan);

    public override bool OnlyWaits(PlanStep step) => step.Phase == Await;

    public override string? HeldBy(PlanStep step) => step.Phase == Await ? Reasons.AwaitingManualChange : null;

    public override IReadOnlyList<string> MustBeFree(string targetIdentity, Plan plan) =>
        [.. truth.MustBeFree.Select(part => $"{targetIdentity}/{part}")];

    protected override Task<RunBinding> BindAsync(ToyRun entity, CancellationToken cancellationToken) =>
        Task.FromResult(new RunBinding("access", $"targets|{entity.Spec.Door}", entity.Spec.Door, _ =>
        {
            truth.Bound++;
            return new ToyRunTargets(truth, entity.Spec.Door);
        }));

    protected override string IdentityHash(ToyRunSpec spec) => string.Join(',', spec.Parts);

    protected override string PreflightTimeout(ToyRunSpec spec) => "1m";

    protected override TimeSpan TimeoutOf(ToyRunSpec spec, PlanStep step) => TimeSpan.FromDays(1);

    protected override string? RollbackRefusal(ToyRunSpec spec, Plan plan) =>
        !truth.CanRollBack && IsPastUndo(plan) ? "new parts never fit old ones" : null;

    protected override Plan CompileRollback(ToyRunSpec spec, RollbackBasis basis)
    {
        var builder = new PlanBuilder();
        foreach (var step in basis.Plan.Steps.Where(s => s.Phase is Prepare or Swap && PlanProgress.Begun(s)))
        {
            builder.Add(ToyRunDiscovery.Step($"{Undo}/{PlanProgress.NameOf(step)}", Undo, []) with { Parameters = new(StringComparer.Ordinal) { ["undoes"] = step.Id } });
        }

        return builder.Build() with { AttemptsBefore = basis.AttemptsBefore, Hold = basis.AfterSuccess ? "RollBack" : null };
    }

    protected override ToyRunStatus Summarize(ToyRunSpec spec, ToyRunStatus status, PlanSlot slot, bool isDone) => status with
    {
        New = status.IsRolledBack() ? [] : [.. (status.Plan?.Steps ?? []).Where(s => s is { Phase: Swap, State: StepState.Succeeded }).Select(PlanProgress.NameOf)],
        ActionRequired = isDone && slot == PlanSlot.Upgrade ? [new ActionItem { Reason = "Look", Message = "look at the parts" }] : status.ActionRequired,
    };

    protected override ToyRunStatus Forget(ToyRunStatus status) => status with { New = [] };

    protected override RunMilestones Milestones(ToyRunSpec spec) =>
        new([new("Prepared", Prepare), new("Swapped", Swap)], [new("SwappedBack", Undo)], [new("Swapped", Undo)]);

    protected override void AddConditions(ConditionSet conditions, ToyRunSpec spec, ToyRunStatus status) =>
        conditions.Set("Toyish", "True", "IsToy", "");

    protected override string Success(ToyRunStatus status) => $", new is {string.Join(" and ", status.New)}";

    protected override string LeftBehind(ToyRunSpec spec, ToyRunStatus status) => "Parts are as these steps left them";
}
