namespace Drydock.Reconcilers.Oms;

/// <summary>Method <c>Manual</c>: says what the administrator has to set in the console, and watches the row until it
/// is set.</summary>
internal sealed class AwaitManualHighAvailability(IOmsTargets targets)
    : OmsStep<AwaitManualHighAvailability.Args>(targets), IWaitsOnly
{
    public static readonly TimeSpan Patience = TimeSpan.FromDays(3650);

    private const string Instruction =
        "In the OMS console, open System Management > System Parameters > ha.config as an admin user";

    private const string Continues = "The upgrade then continues automatically.";

    protected override TimeSpan Pause => TimeSpan.FromSeconds(2);

    /// <param name="Database">The rm database.</param>
    /// <param name="Enable">The value that <c>enable</c> must have.</param>
    /// <param name="EnableOnly">Whether no other key of ha.config counts.</param>
    /// <param name="Previous">ha.config before the upgrade; null if there was no row.</param>
    /// <param name="PerceiveStoreClientCheckpoint">Whether this key must be true; otherwise refetchStoreIntervalMin
    /// must cover the time since the stop.</param>
    /// <param name="RefetchMargin">What is added to the time since the stop, a duration.</param>
    /// <param name="StoppedAt">T1, if the plan itself does not stop the old containers.</param>
    public sealed record Args(
        string Database,
        bool Enable,
        bool EnableOnly = false,
        string? Previous = null,
        bool PerceiveStoreClientCheckpoint = false,
        string RefetchMargin = "30m",
        DateTimeOffset? StoppedAt = null);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(args.Database, cancellationToken);
        var config = row.Raw is null ? null : HaConfig.Parse(row.Raw);
        if (!args.Enable)
        {
            return config is null || !config.Enable
                ? new Observation.Done("ha.config says enable: false.")
                : new Observation.Running($"{Instruction} and set enable to false. {Continues}");
        }

        if (args.EnableOnly)
        {
            return config is { Enable: true }
                ? new Observation.Done("ha.config says enable: true.")
                : new Observation.Running($"{Instruction} and set enable to true. {Continues}");
        }

        var now = await HostTimeAsync(context, cancellationToken);
        var minutes = Minutes(context, args, now);
        var enough = config is { Enable: true } && (args.PerceiveStoreClientCheckpoint
            ? config.PerceiveStoreClientCheckpoint
            : config.RefetchStoreIntervalMin >= minutes);
        if (enough)
        {
            return new Observation.Done(
                "ha.config says enable: true.",
                Entry(
                    EnableHighAvailability.EnabledAtFact, now.ToString("O", CultureInfo.InvariantCulture)));
        }

        var second = args.PerceiveStoreClientCheckpoint
            ? "perceiveStoreClientCheckpoint to true"
            : $"refetchStoreIntervalMin to at least {minutes}";
        return new Observation.Running($"{Instruction} and set enable to true and {second}. {Continues}");
    }

    private static int Minutes(StepContext context, Args args, DateTimeOffset now)
    {
        var previous = args.Previous is { Length: > 0 } raw ? HaConfig.Parse(raw) : null;
        return RefetchWindow.Minutes(
            args.StoppedAt ?? EnableHighAvailability.StoppedAt(context),
            now,
            KubernetesDuration.Parse(args.RefetchMargin),
            previous?.RefetchStoreIntervalMin);
    }
}
