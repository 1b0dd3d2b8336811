using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What makes the toys a kind of run.</summary>
internal sealed class ToyRunKind(ToyRunTruth truth) :
    IRunWork<ToyRunSpec>, IRunReport<ToyRunSpec, ToyRunStatus>, IRollbackPlanner<ToyRunSpec>, IRunAccess<ToyRun, ToyRunSpec, ToyRunStatus>
{
    public const string Prepare = "Prepare";
    public const string Swap = "Swap";
    public const string Await = "Await";
    public const string Seal = "Seal";
    public const string Undo = "Undo";

    public RunKind<ToyRun, ToyRunSpec, ToyRunStatus> Kind => new()
    {
        Name = "ToyRun",
        Json = ToyRunContext.Default.ToyRun,
        Words = new RunWords { LooksAt = "parts", PastUndo = "parts were swapped", BeforeUndoEnds = "a part was swapped" },
        Access = this,
        Work = this,
        Report = this,
        Rollback = this,
        Rest = new ToyParkedState(),
    };

    public string IdentityHash(ToyRunSpec spec) => string.Join(',', spec.Parts);

    public string PreflightTimeout(ToyRunSpec spec) => "1m";

    public TimeSpan TimeoutOf(ToyRunSpec spec, PlanStep step) => TimeSpan.FromDays(1);

    public bool IsPastUndo(Plan plan) => plan.Steps.Exists(s => s.Phase == Swap && PlanProgress.Begun(s));

    public bool Changed(Plan plan) => PlanProgress.Begun(plan);

    public bool OnlyWaits(PlanStep step) => step.Phase == Await;

    public IReadOnlyList<string> MustBeFree(string targetIdentity, Plan plan) =>
        [.. truth.MustBeFree.Select(part => $"{targetIdentity}/{part}")];

    public string? HeldBy(PlanStep step) => step.Phase == Await ? Reasons.AwaitingManualChange : null;

    public ToyRunStatus Summarize(ToyRunSpec spec, ToyRunStatus status, PlanSlot slot, bool isDone) => status with
    {
        New = status.IsRolledBack() ? [] : [.. (status.Plan?.Steps ?? []).Where(s => s is { Phase: Swap, State: StepState.Succeeded }).Select(PlanProgress.NameOf)],
        ActionRequired = isDone && slot == PlanSlot.Upgrade ? [new ActionItem { Reason = "Look", Message = "look at the parts" }] : status.ActionRequired,
    };

    public ToyRunStatus Forget(ToyRunStatus status) => status with { New = [] };

    public RunMilestones Milestones(ToyRunSpec spec) =>
        new([new("Prepared", Prepare), new("Swapped", Swap)], [new("SwappedBack", Undo)], [new("Swapped", Undo)]);

    public void AddConditions(ConditionSet conditions, ToyRunSpec spec, ToyRunStatus status) =>
        conditions.Set("Toyish", "True", "IsToy", "");

    public string Success(ToyRunStatus status) => $", new is {string.Join(" and ", status.New)}";

    public string LeftBehind(ToyRunSpec spec, ToyRunStatus status) => "Parts are as these steps left them";

    public string? Refusal(ToyRunSpec spec, Plan plan) =>
        !truth.CanRollBack && IsPastUndo(plan) ? "new parts never fit old ones" : null;

    public Plan Compile(RollbackBasis<ToyRunSpec> basis)
    {
        var builder = new PlanBuilder();
        foreach (var step in basis.Plan.Steps.Where(s => s.Phase is Prepare or Swap && PlanProgress.Begun(s)))
        {
            builder.Add(ToyRunDiscovery.Step($"{Undo}/{PlanProgress.NameOf(step)}", Undo, []) with { Parameters = new(StringComparer.Ordinal) { ["undoes"] = step.Id } });
        }

        return builder.Build() with { AttemptsBefore = basis.AttemptsBefore, Hold = basis.AfterSuccess ? "RollBack" : null };
    }

    public Task<RunBinding<ToyRun, ToyRunSpec, ToyRunStatus>> ReadAsync(ToyRun entity, CancellationToken cancellationToken) =>
        Task.FromResult(new RunBinding<ToyRun, ToyRunSpec, ToyRunStatus>("access", "targets", _ =>
        {
            truth.Bound++;
            return new ToyRunTargets(truth);
        }));
}
