namespace Drydock.Reconcilers.Oms;

/// <summary>A rollback after T1: restores ha.config to its value before the upgrade. With perceiveStoreClientCheckpoint
/// false its refetchStoreIntervalMin is raised to the minutes from T1 to this write and the margin, because the
/// restored metadata end at T1 (docs/research/oms.md#rollback); never below the former value. Written only over what
/// the upgrade left there: the former text with enable false.</summary>
/// <param name="Database">The rm database.</param>
/// <param name="Previous">ha.config before the upgrade.</param>
/// <param name="StoppedAt">T1.</param>
/// <param name="RefetchMargin">What is added to the time since T1, a duration; null if refetchStoreIntervalMin
/// stays.</param>
internal sealed record RestoreHighAvailabilityAfterRollback(
    string Database,
    string Previous,
    DateTimeOffset StoppedAt,
    string? RefetchMargin = null) : OmsStep
{
    internal override string Verb => "ha-config";

    internal override string Title(string? node) => "Restore ha.config";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(HaConfigWrite.TargetKey) is not { } target)
        {
            return new Observation.NotStarted();
        }

        var raw = await Targets.HaConfigAsync(Database, cancellationToken);
        return HaConfigWrite.Judge(context, target, raw, raw, "restoring it");
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var raw = await Targets.HaConfigAsync(Database, cancellationToken);
        var previous = HaConfig.Parse(Previous);
        if (raw is null || !IsOurs(HaConfig.Parse(raw), previous))
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"ha.config is {raw ?? "(no row)"}, but the upgrade left {previous.Disabled().Raw}: another session "
                + "changed it, and the operator does not overwrite it. Set ha.config in the console to that value, "
                + $"or to {previous.Raw}, then retry.");
        }

        var now = await HostTimeAsync(context, cancellationToken);
        var target = previous;
        if (RefetchMargin is { } margin)
        {
            target = previous.WithRefetchAtLeast(RefetchWindow.Minutes(
                StoppedAt, now, KubernetesDuration.Parse(margin), previous.RefetchStoreIntervalMin));
        }

        return HaConfigWrite.Enabling(raw, target, now);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var expected = context.Receipt(HaConfigWrite.ExpectedKey)!;
        var target = context.Receipt(HaConfigWrite.TargetKey)!;
        HaConfigWrite.Ensure(await metadata.CompareAndSwapHaConfigAsync(Database, expected, target, cancellationToken));
    }

    private static bool IsOurs(HaConfig present, HaConfig previous) =>
        present.Equals(previous.Disabled()) || present.WithRefetchOf(previous).Equals(previous);
}
