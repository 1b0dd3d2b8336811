namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The masters of a phase; each pair of steps takes one of them. The plan cannot say which one, because the
/// leader goes last and leadership may move at any time. The step stores it in its receipt before it acts. What is
/// replaced by what on each master is an argument of the first step of the phase.</summary>
/// <param name="context">A step of the phase.</param>
/// <param name="slot">Its position in the phase, from 1.</param>
/// <param name="cluster">The universe.</param>
internal sealed class MasterSlots(StepContext context, int slot, YugabyteCluster cluster)
{
    private readonly SwapMaster _first =
        context.Plan.Step(YugabyteStepIds.MasterSwap(context.Step.Phase, 1))?.As<SwapMaster>()
        ?? throw new KeyNotFoundException(
            $"The plan has no step {YugabyteStepIds.MasterSwap(context.Step.Phase, 1)}; the stored plan does not fit.");

    public string? Taken => context.Step.Is<SwapMaster>()
        ? context.Receipt(SwapMaster.InstanceKey)
        : TakenBy(slot);

    public IReadOnlyList<DatabaseInstance> Left
    {
        get
        {
            var taken = Enumerable.Range(1, slot - 1)
                .Select(TakenBy)
                .OfType<string>()
                .ToHashSet(StringComparer.Ordinal);
            return [.. cluster.Masters.Where(m => Programs.ContainsKey(m.Name) && !taken.Contains(m.Name))];
        }
    }

    private Dictionary<string, ProgramReplacement> Programs => _first.Programs ?? [];

    public ProgramChange Change(DatabaseInstance master) => ProgramChange.Of(
        context.Plan,
        cluster.Spec,
        master,
        cluster.Vocabulary.MasterProgram,
        Programs.GetValueOrDefault(master.Name) ?? new ProgramReplacement(),
        _first.Version);

    private string? TakenBy(int other) =>
        context.Recorded(YugabyteStepIds.MasterSwap(context.Step.Phase, other), SwapMaster.InstanceKey);
}
