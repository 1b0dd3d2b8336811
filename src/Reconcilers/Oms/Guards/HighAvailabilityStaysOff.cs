namespace Drydock.Reconcilers.Oms;

/// <summary>High availability stays off until EnableHA enables it.</summary>
internal sealed record HighAvailabilityStaysOff(string Database) : GuardBase<OmsTargets>
{
    public override async Task<GuardReading> CheckAsync(
        Guard guard, PlanProgress plan, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        if ((await metadata.ReadHaConfigAsync(Database, cancellationToken)).Raw is not { } raw)
        {
            return GuardReading.Holds;
        }

        return !HaConfig.TryParse(raw, out var config, out var error)
            ? GuardReading.Broken(Sentences.Join(
                $"ha.config cannot be read any more, so oms_console may refuse to start: {error}",
                "It was changed outside of this upgrade. Set it in the console to the text in "
                + "status.highAvailability.before with enable: false, then the upgrade continues automatically."))
            : config.Enable
                ? GuardReading.Broken(
                    "High availability was enabled during the upgrade: ha.config says enable: true. If OMS is in use "
                    + $"again, leave it on and abort this run ({Annotations.Abort}=<token>). Otherwise set enable to "
                    + "false in the console; the upgrade continues once it is off.") with
                {
                    Check = "High availability was on during the upgrade and may have moved or recreated Stores and "
                        + "writers: check the components of running projects.",
                }
                : GuardReading.Holds;
    }
}
