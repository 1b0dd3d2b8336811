namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The base of the guards of a TiDB upgrade: while an instance that this upgrade stopped is down, every guard
/// holds, so that the instance can be started. The cluster may be unreadable then, and leaving the instance down would
/// be worse than anything they guard against.</summary>
internal abstract record TiDbGuard : GuardBase<ITiDbTargets>
{
    public sealed override async Task<GuardReading> CheckAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken) =>
        await IsDownAsync(plan, cancellationToken)
            ? GuardReading.Holds
            : await ReadAsync(plan, cancellationToken);

    protected abstract Task<GuardReading> ReadAsync(Plan plan, CancellationToken cancellationToken);

    private async Task<bool> IsDownAsync(Plan plan, CancellationToken cancellationToken)
    {
        var begun = plan.Steps.Find(s => s is { State: not StepState.Succeeded, Attempt: > 0 }
            && (TiDbStepIds.IsSwap(s) || TiDbStepIds.IsVerify(s)));
        return begun?.Node is { } name
            && !(await Targets.Hosts.Instance(name).LookAsync(cancellationToken)).IsAlive;
    }
}
