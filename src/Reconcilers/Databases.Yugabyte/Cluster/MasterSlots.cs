using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The masters of a phase, of which each step pair takes one in turn. Who that is cannot stand in the plan, because the
/// leader goes last and leadership may move at any time; the step that takes one writes it into its receipt before it
/// acts. What each of them goes from and to stands on the first step of the phase.
/// </summary>
/// <param name="context">A step of the phase.</param>
/// <param name="cluster">The universe.</param>
internal sealed class MasterSlots(StepContext context, YugabyteCluster cluster)
{
    /// <summary>Which in turn the step takes, from 1.</summary>
    public int Slot { get; } = int.Parse(context.Parameter(YugabyteKeys.Slot), CultureInfo.InvariantCulture);

    private PlanStep First => context.Plan.Steps.Find(s => s.Id == YugabyteStepIds.MasterSwap(context.Step.Phase, 1))
        ?? throw new KeyNotFoundException($"The plan has no {YugabyteStepIds.MasterSwap(context.Step.Phase, 1)}; the stored plan does not fit action {context.Step.Action}.");

    /// <summary>The master this step took; null before it took one.</summary>
    public string? Taken => context.Step.Action == YugabyteActions.SwapMaster
        ? context.Receipt(YugabyteKeys.Instance)
        : context.Recorded(YugabyteStepIds.MasterSwap(context.Step.Phase, Slot), YugabyteKeys.Instance);

    /// <summary>The masters of the phase that no earlier step took, in the order of the spec.</summary>
    public IReadOnlyList<DatabaseInstance> Left
    {
        get
        {
            var taken = Enumerable.Range(1, Slot - 1)
                .Select(slot => context.Recorded(YugabyteStepIds.MasterSwap(context.Step.Phase, slot), YugabyteKeys.Instance))
                .OfType<string>()
                .ToHashSet(StringComparer.Ordinal);
            var parameters = First.Parameters;
            return [.. cluster.Masters.Where(m => parameters.ContainsKey(YugabyteKeys.Of(YugabyteKeys.Former, m.Name)) && !taken.Contains(m.Name))];
        }
    }

    /// <summary>What a master is to run.</summary>
    public ProgramChange Change(DatabaseInstance master) =>
        ProgramChange.Of(context, First, cluster.Spec, master, cluster.Vocabulary.MasterProgram, isSlot: true);
}
