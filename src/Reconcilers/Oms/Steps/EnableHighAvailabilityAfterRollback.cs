namespace Drydock.Reconcilers.Oms;

/// <summary>A rollback after T1 of an installation whose high availability was off before the upgrade: enables it with
/// the settings that the row has (docs/research/oms.md#rollback). No key is added, because the version from before the
/// upgrade runs. Without perceiveStoreClientCheckpoint the refetchStoreIntervalMin is raised to the minutes from T1 to
/// this write and the margin. Without a row nothing is written, because the version may not know it.</summary>
/// <param name="Database">The rm database.</param>
/// <param name="StoppedAt">T1.</param>
/// <param name="RefetchMargin">What is added to the time since T1, a duration.</param>
internal sealed record EnableHighAvailabilityAfterRollback(
    string Database,
    DateTimeOffset StoppedAt,
    string RefetchMargin) : OmsStep
{
    internal override string Verb => "ha-config";

    internal override string Title(string? node) => "Enable high availability in ha.config";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(EnableHighAvailability.NotEnabledFact) is { } notEnabled)
        {
            return new Observation.Done(notEnabled);
        }

        if (context.Receipt(HaConfigWrite.TargetKey) is not { } target)
        {
            return new Observation.NotStarted();
        }

        var raw = await Targets.HaConfigAsync(Database, cancellationToken);
        return HaConfigWrite.Judge(context, target, raw, raw, "enabling high availability");
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        if (await Targets.HaConfigAsync(Database, cancellationToken) is not { } raw)
        {
            return Entry(
                EnableHighAvailability.NotEnabledFact,
                "High availability stays off, because the restored metadata have no row ha.config. "
                + "Set ha.config once in the console under System Management > System Parameters.");
        }

        var (now, present) = (await HostTimeAsync(context, cancellationToken), HaConfig.Parse(raw));
        var target = present.WithEnable();
        if (!present.PerceiveStoreClientCheckpoint)
        {
            target = target.WithRefetchAtLeast(RefetchWindow.Minutes(
                StoppedAt, now, KubernetesDuration.Parse(RefetchMargin), present.RefetchStoreIntervalMin));
        }

        return HaConfigWrite.Enabling(raw, target, now);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(HaConfigWrite.TargetKey) is not { } target)
        {
            return;
        }

        var metadata = await Targets.MetadataAsync(cancellationToken);
        HaConfigWrite.Ensure(await metadata.CompareAndSwapHaConfigAsync(
            Database, context.Receipt(HaConfigWrite.ExpectedKey)!, target, cancellationToken));
    }
}
