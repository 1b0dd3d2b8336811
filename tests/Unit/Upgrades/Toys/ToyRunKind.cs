using System.Text.Json.Nodes;
using Drydock.Crds.Plans;
using Drydock.Crds.Common;
using Drydock.Runs;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What makes the toys a kind of run.</summary>
/// <param name="truthOf">What the steps of an object act on; null for the same of all.</param>
internal sealed class ToyRunKind(ToyRunTruth truth, Func<RunObject, ToyRunTruth>? truthOf = null)
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

    public override StepRegistry Steps(RunSpec spec) => ToySteps.Registry;

    public override IReadOnlyList<string> MustBeFree(string targetIdentity, PlanProgress plan) =>
        [.. truth.MustBeFree.Select(part => $"{targetIdentity}/{part}")];

    public override Task<RunBinding> BindAsync(RunObject entity, CancellationToken cancellationToken)
    {
        var (door, own) = (((ToyRunSpec)entity.Written).Door, truthOf?.Invoke(entity) ?? truth);
        return Task.FromResult(new RunBinding("access", $"targets|{door}", door, _ =>
        {
            own.Bound++;
            return new ToyRunTargets(own, door);
        }));
    }

    public override JsonObject IdentityOf(RunSpec spec) =>
        new() { ["parts"] = new JsonArray([.. ((ToyRunSpec)spec).Parts]) };

    public override string PreflightTimeout(RunSpec spec) => "1m";

    public override string? RollbackRefusal(RunSpec spec, PlanProgress plan) =>
        !truth.CanRollBack && Steps(spec).IsPastUndo(plan) ? "new parts never fit old ones" : null;

    public override Plan CompileRollback(RunSpec spec, RollbackBasis basis)
    {
        if (truth.Unreadable is { } why)
        {
            throw new KeyNotFoundException(why);
        }

        var builder = new PlanBuilder();
        foreach (var step in basis.Plan.Steps.Where(s => s.Phase is Prepare or Swap && s.HasEverBegun))
        {
            builder.Add(ToyRunDiscovery.Step($"{Undo}/{step.Name}", Undo, []) with { Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["undoes"] = step.Id } });
        }

        return builder.Build() with { Hold = basis.AfterSuccess ? "RollBack" : null };
    }

    public override RunStatus Summarize(RunSpec spec, RunStatus status, PlanSlot slot, bool isDone) => (ToyRunStatus)status with
    {
        New = status.IsRolledBack() ? [] : [.. (status.Plan?.Steps ?? []).Where(s => s is { Phase: Swap, State: StepState.Succeeded }).Select(s => s.Name)],
        ActionRequired = isDone && slot == PlanSlot.Upgrade ? [new ActionItem { Reason = "Look", Message = "look at the parts" }] : status.ActionRequired,
    };

    public override RunStatus Forget(RunStatus status) => (ToyRunStatus)status with { New = [] };

    public override RunMilestones Milestones(RunSpec spec) =>
        new([new("Prepared", Prepare), new("Swapped", Swap)], [new("SwappedBack", Undo)], [new("Swapped", Undo)]);

    public override void AddConditions(ConditionSet conditions, RunSpec spec, RunStatus status) =>
        conditions.Set("Toyish", "True", "IsToy", "");

    public override string Success(RunStatus status) => $", new is {string.Join(" and ", ((ToyRunStatus)status).New)}";

    public override string LeftBehind(RunSpec spec, RunStatus status) => "Parts are as these steps left them";
}
