using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>The end: what a person has to do is compiled into status.actionRequired from what was recorded.</summary>
internal sealed class ListActions(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult<Observation>(new Observation.Done("status.actionRequired lists what a person has to do"));
}
