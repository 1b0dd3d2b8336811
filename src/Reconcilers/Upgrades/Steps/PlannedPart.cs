namespace Drydock.Reconcilers.Upgrades;

/// <summary>A step or a guard of a plan: a record of its arguments, stored as text. Planners compile it; to be carried
/// out, it is bound to the targets of a run.</summary>
internal abstract record PlannedPart<TTargets>
    where TTargets : class
{
    private TTargets? _targets;

    protected TTargets Targets => _targets
        ?? throw new InvalidOperationException($"{GetType().Name} is not bound to the targets of a run.");

    public PlannedPart<TTargets> On(TTargets targets) => this with { _targets = targets };
}
