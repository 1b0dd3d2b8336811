using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// What the guards of a TiDB upgrade share: while an instance that this upgrade has stopped is down, none of them keeps
/// it from being started. The cluster may not even be readable then, and leaving it down would be worse than anything
/// they guard against.
/// </summary>
internal abstract class TiDbGuard(ITiDbTargets targets) : IGuardCheck
{
    /// <inheritdoc />
    public string Name => GetType().Name;

    /// <summary>What the check reaches the world by.</summary>
    protected ITiDbTargets Targets { get; } = targets;

    /// <inheritdoc />
    public async Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken) =>
        await IsDownAsync(plan, cancellationToken) ? GuardReading.Holds : await ReadAsync(guard, plan, cancellationToken);

    /// <summary>Reads it.</summary>
    protected abstract Task<GuardReading> ReadAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken);

    private async Task<bool> IsDownAsync(Plan plan, CancellationToken cancellationToken)
    {
        var begun = plan.Steps.Find(s => s is { State: not StepState.Succeeded, Attempt: > 0 }
            && (s.Id.EndsWith(TiDbStepIds.SwapSuffix, StringComparison.Ordinal) || s.Id.EndsWith(TiDbStepIds.VerifySuffix, StringComparison.Ordinal)));
        return begun?.Node is { } name && !(await Targets.Hosts.Instance(name).LookAsync(cancellationToken)).IsAlive;
    }
}
