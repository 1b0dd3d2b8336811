using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Writes <c>enable: false</c> into ha.config (docs/research/oms.md#high-availability), only if the row still is what
/// the plan was made for; every other key stays byte for byte.
/// </summary>
internal sealed class DisableHighAvailability(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(context.Parameter("database"), cancellationToken);
        if (!row.Present || row.Raw is null || !HaConfig.Parse(row.Raw).Enable)
        {
            return new Observation.Done("ha.config says enable: false");
        }

        return row.Raw == context.Parameter("previous")
            ? new Observation.NotStarted()
            : new Observation.Failed(
                Reasons.TargetChanged,
                "ha.config was changed since the plan was made, and high availability is still on; put it back as status.highAvailability.before has it, then retry");
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var previous = context.Parameter("previous");
        if (!await metadata.CompareAndSwapHaConfigAsync(context.Parameter("database"), previous, HaConfig.Parse(previous).Disabled().Raw, cancellationToken))
        {
            throw new StepActionException(Reasons.TargetChanged, "ha.config is not what the plan was made for; nothing was written");
        }
    }
}
