using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Reads ha.config once more after the consoles were restarted: a console that cached the old value could have written
/// it back.
/// </summary>
internal sealed class ConfirmHighAvailability(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(context.Parameter("database"), cancellationToken);
        var on = row.Raw is not null && HaConfig.Parse(row.Raw).Enable;
        var wanted = context.Parameter("wanted") == "on";
        if (wanted && !on && context.Recorded(StepIds.EnableHA, EnableHighAvailability.NotEnabledFact) is { } notEnabled)
        {
            return new Observation.Done(notEnabled);
        }

        return on == wanted
            ? new Observation.Done(on ? "high availability is on" : "high availability is off")
            : new Observation.Failed(
                Reasons.TargetChanged,
                $"ha.config says enable: {(on ? "true" : "false")} after the consoles were restarted; somebody or a console wrote it back. Set it to {(wanted ? "true" : "false")} in the console, and this goes on");
    }
}
