namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What makes the toys a kind of run.</summary>
/// <param name="truthOf">What the steps of an object act on; null for the same of all.</param>
internal sealed class ToyRunKind(ToyRunTruth truth, Func<RunObject, ToyRunTruth>? truthOf = null) : RunKind
{
    public const string Prepare = "Prepare";
    public const string Swap = "Swap";
    public const string Await = "Await";
    public const string Seal = "Seal";
    public const string Undo = "Undo";

    public override RunNames Names { get; } = RunNames.Of<ToyRun>(
        "ToyRun", "parts", "parts were swapped", "a part was swapped");

    public override RunForm Form => field ??= new ToyForm();

    public override RunRollback Rollback { get; } = new ToyRollback(truth);

    public override RunReport Report { get; } = new ToyReport();

    public override IParkedStateCleanup ParkedState { get; } = new ToyParkedState(truth);

    public override StepRegistry Steps(RunSpec spec) => ToySteps.Registry;

    public override IReadOnlyList<string> MustBeFree(string targetIdentity, PlanProgress plan) =>
        [.. truth.MustBeFree.Select(part => $"{targetIdentity}/{part}")];

    public override Task<RunBinding> BindAsync(RunObject run, CancellationToken cancellationToken)
    {
        var (door, own) = (((ToyRunSpec)run.Written).Door, truthOf?.Invoke(run) ?? truth);
        return Task.FromResult(new RunBinding("access", $"targets|{door}", door, _ =>
        {
            own.Bound++;
            return new ToyRunTargets(own, door);
        }));
    }

    private sealed class ToyForm() : RunForm<ToyRun, ToyRunSpec, ToyRunStatus>(
        ToyRunContext.Default.ToyRun)
    {
        protected override JsonObject Identity(ToyRunSpec spec) =>
            new() { ["parts"] = new JsonArray([.. spec.Parts]) };

        protected override ToyRunStatus Forgotten(ToyRunStatus status) => status with { New = [] };
    }

    private sealed class ToyRollback(ToyRunTruth truth) : RunRollback<ToyRunSpec, ToyRunStatus>
    {
        protected override string? Refusal(ToyRunSpec spec, PlanProgress plan) =>
            !truth.CanRollBack && ToySteps.Registry.IsPastUndo(plan) ? "new parts never fit old ones" : null;

        protected override Plan Compile(ToyRunSpec spec, ToyRunStatus? status, RollbackBasis basis)
        {
            if (truth.Unreadable is { } why)
            {
                throw new KeyNotFoundException(why);
            }

            var builder = new PlanBuilder();
            foreach (var step in basis.Plan.Steps.Where(s => s.Phase is Prepare or Swap && s.HasEverBegun))
            {
                builder.Add(ToyRunDiscovery.Step($"{Undo}/{step.Name}", Undo, []) with
                {
                    Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["undoes"] = step.Id }
                });
            }

            return builder.Build() with { Hold = basis.AfterSuccess ? "RollBack" : null };
        }

        protected override string? LossAfter(ToyRunSpec spec, ToyRunStatus after) =>
            ToySteps.Registry.Changed(after.Plan!) ? "puts the old parts back." : null;
    }

    private sealed class ToyReport : RunReport<ToyRunSpec, ToyRunStatus>
    {
        protected override ToyRunStatus Summarize(ToyRunSpec spec, ToyRunStatus status, PlanKind slot, bool isDone) =>
            status with
            {
                New = status.IsRolledBack() ? [] : [.. (status.Plan?.Steps ?? [])
                    .Where(s => s is { Phase: Swap, State: StepState.Succeeded }).Select(s => s.Name)],
                ActionRequired = isDone && slot == PlanKind.Upgrade
                    ? [new ActionItem { Reason = "Look", Message = "look at the parts" }]
                    : status.ActionRequired,
            };

        protected override (SystemState State, DateTimeOffset? Since) System(ToyRunSpec spec, ToyRunStatus status) =>
            (SystemState.Up, null);

        protected override string Success(ToyRunStatus status) => $", new is {string.Join(" and ", status.New)}";

        protected override string LeftBehind(ToyRunSpec spec, ToyRunStatus status) =>
            "Parts are as these steps left them";
    }
}
