using Drydock.Abstractions.Plans;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>A swap that failed leaves litter; that it is gone stands in its receipt.</summary>
internal sealed class ToyParkedState : IParkedStateCleanup<ToyRunSpec, ToyRunStatus>
{
    public const string Gone = "gone";

    public bool MayRemain(ToyRunSpec spec, ToyRunStatus status) =>
        status.Plan!.Steps.Exists(s => s is { Phase: ToyRunKind.Swap, State: StepState.Failed } && s.Receipt?.ContainsKey(Gone) != true);

    public ToyRunStatus MarkRemoved(ToyRunSpec spec, ToyRunStatus status, IReadOnlyCollection<string> names, DateTimeOffset at) => status with
    {
        Plan = status.Plan! with { Steps = [.. status.Plan.Steps.Select(s => names.Contains(s.Id, StringComparer.Ordinal) ? s with { Receipt = new(s.Receipt ?? [], StringComparer.Ordinal) { [Gone] = "yes" } } : s)] },
    };
}
