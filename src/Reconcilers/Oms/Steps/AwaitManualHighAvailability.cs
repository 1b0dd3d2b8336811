namespace Drydock.Reconcilers.Oms;

/// <summary>Method <c>Manual</c>: says what the administrator has to set in the console, and watches the row until it
/// is set.</summary>
/// <param name="Database">The rm database.</param>
/// <param name="Enable">The value that <c>enable</c> must have.</param>
/// <param name="EnableOnly">Whether no other key of ha.config counts.</param>
/// <param name="Previous">ha.config before the upgrade; null if there was no row.</param>
/// <param name="PerceiveStoreClientCheckpoint">Whether this key must be true; otherwise refetchStoreIntervalMin
/// must cover the time since the stop.</param>
/// <param name="RefetchMargin">What is added to the time since the stop, a duration.</param>
/// <param name="StoppedAt">T1, if the plan itself does not stop the old containers.</param>
internal sealed record AwaitManualHighAvailability(
    string Database,
    bool Enable,
    bool EnableOnly = false,
    string? Previous = null,
    bool PerceiveStoreClientCheckpoint = false,
    string RefetchMargin = "30m",
    DateTimeOffset? StoppedAt = null) : OmsStep, IWaitsOnly
{
    public static readonly TimeSpan Patience = TimeSpan.FromDays(3650);

    private const string Instruction =
        "In the OMS console, open System Management > System Parameters > ha.config as an admin user";

    private const string Continues = "The upgrade then continues automatically.";

    internal override string Verb => "ha-config";
    internal override int Attempts => 1;
    internal override TimeSpan PlannedWait => Patience;

    internal override void Undo(OmsRollback back, PlanStep done)
    {
        if (Enable)
        {
            var disabled = new AwaitManualHighAvailability(Database, Enable: false);
            back.Phase(OmsUpgradePhases.DisableNewHA, () => [back.Add(disabled)]);
        }
        else if (back.IsPastT1)
        {
            var previous = Previous ?? "";
            var enabled = new AwaitManualHighAvailability(
                Database,
                Enable: true,
                Previous: previous,
                PerceiveStoreClientCheckpoint: HaConfig.Perceives(previous),
                RefetchMargin: back.Spec.HighAvailability.RefetchMargin,
                StoppedAt: back.StoppedAt);
            back.Phase(OmsUpgradePhases.RestoreHA, () => [back.Add(enabled)]);
        }
        else if (done.State == StepState.Succeeded && !back.Unattended)
        {
            back.Undo(this with { Enable = true, EnableOnly = true });
        }
    }

    internal override string Title(string? node) =>
        $"Wait until the administrator {(Enable ? "enables" : "disables")} high availability";

    protected override TimeSpan Pause => TimeSpan.FromSeconds(2);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(Database, cancellationToken);
        var config = row.Raw is null ? null : HaConfig.Parse(row.Raw);
        if (!Enable)
        {
            return config is null || !config.Enable
                ? new Observation.Done("ha.config says enable: false.")
                : new Observation.Running($"{Instruction} and set enable to false. {Continues}");
        }

        if (EnableOnly)
        {
            return config is { Enable: true }
                ? new Observation.Done("ha.config says enable: true.")
                : new Observation.Running($"{Instruction} and set enable to true. {Continues}");
        }

        var now = await HostTimeAsync(context, cancellationToken);
        var minutes = Minutes(context, now);
        var enough = config is { Enable: true } && (PerceiveStoreClientCheckpoint
            ? config.PerceiveStoreClientCheckpoint
            : config.RefetchStoreIntervalMin >= minutes);
        if (enough)
        {
            return new Observation.Done(
                "ha.config says enable: true.",
                Entry(
                    EnableHighAvailability.EnabledAtFact, now.ToString("O", CultureInfo.InvariantCulture)));
        }

        var second = PerceiveStoreClientCheckpoint
            ? "perceiveStoreClientCheckpoint to true"
            : $"refetchStoreIntervalMin to at least {minutes}";
        return new Observation.Running($"{Instruction} and set enable to true and {second}. {Continues}");
    }

    private int Minutes(StepContext context, DateTimeOffset now)
    {
        var previous = Previous is { Length: > 0 } raw ? HaConfig.Parse(raw) : null;
        return RefetchWindow.Minutes(
            StoppedAt ?? EnableHighAvailability.StoppedAt(context),
            now,
            KubernetesDuration.Parse(RefetchMargin),
            previous?.RefetchStoreIntervalMin);
    }
}
