namespace Drydock.Reconcilers.Oms;

/// <summary>High availability stays off until EnableHA enables it.</summary>
internal sealed class HighAvailabilityStaysOff(IOmsTargets targets) : GuardBase<HighAvailabilityStaysOff.Args>
{
    /// <param name="Database">The rm database.</param>
    public sealed record Args(string Database);

    protected override async Task<GuardReading> CheckAsync(
        PlanGuard guard, Args args, Plan plan, CancellationToken cancellationToken)
    {
        var raw = await targets.HaConfigAsync(args.Database, cancellationToken);
        return raw is not null && HaConfig.TryParse(raw, out var config, out _) && config.Enable
            ? GuardReading.Broken(
                "High availability was enabled during the upgrade: ha.config says enable: true. "
                + "Set enable to false in the console, then the upgrade continues automatically.")
            : GuardReading.Holds;
    }
}
