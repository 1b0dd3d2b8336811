using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Undoes <see cref="DisableHighAvailability"/>: the row is written back as it was, only if it is what that step wrote.
/// </summary>
internal sealed class RestoreHighAvailability(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(context.Parameter("database"), cancellationToken);
        var previous = context.Parameter("previous");
        if (row.Raw == previous)
        {
            return new Observation.Done("ha.config is as it was");
        }

        if (row.Raw == HaConfig.Parse(previous).Disabled().Raw)
        {
            return new Observation.NotStarted();
        }

        return row.Raw is not null && HaConfig.TryParse(row.Raw, out var present, out _) && present.Enable
            ? new Observation.Done("high availability is on as before; somebody else changed ha.config meanwhile, and it is left as it is")
            : new Observation.Failed(
                Reasons.TargetChanged,
                "ha.config was changed by somebody else meanwhile and is left as it is; its value before the upgrade is in status.highAvailability.before. Set it in the console, or annotate drydock.dev/on-delete: Abandon");
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var previous = context.Parameter("previous");
        if (!await metadata.CompareAndSwapHaConfigAsync(context.Parameter("database"), HaConfig.Parse(previous).Disabled().Raw, previous, cancellationToken))
        {
            throw new StepActionException(Reasons.TargetChanged, "ha.config is not what this upgrade wrote; nothing was written");
        }
    }
}
