using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>High availability stays off until EnableHA switches it on.</summary>
internal sealed class HighAvailabilityStaysOff(IOmsTargets targets) : IGuardCheck
{
    /// <inheritdoc />
    public string Name => OmsGuards.HighAvailabilityStaysOff;

    /// <inheritdoc />
    public async Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var metadata = await targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(guard.Parameters["database"], cancellationToken);
        return row.Raw is not null && HaConfig.TryParse(row.Raw, out var config, out _) && config.Enable
            ? GuardReading.Broken("ha.config says enable: true: somebody switched high availability on during the upgrade. Set enable to false in the console and the upgrade goes on")
            : GuardReading.Holds;
    }
}
