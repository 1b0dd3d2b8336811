using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The last step: when it succeeds, status.actionRequired is compiled from what was recorded.</summary>
internal sealed class ListActions(IOmsTargets targets) : OmsStep<ListActions.Args>(targets), IWaitsOnly
{
    public sealed record Args;

    protected override Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken) =>
        Task.FromResult<Observation>(new Observation.Done(
            "status.actionRequired lists the actions for the administrator."));
}
