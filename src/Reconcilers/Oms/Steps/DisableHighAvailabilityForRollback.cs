namespace Drydock.Reconcilers.Oms;

/// <summary>Disables high availability on the new version before a rollback (docs/research/oms.md#rollback), whatever
/// its current settings: the restore discards them. Writes only if the row still is what was read for the
/// receipt.</summary>
/// <param name="Database">The rm database.</param>
internal sealed record DisableHighAvailabilityForRollback(string Database) : OmsStep
{
    internal override string Verb => "ha-config";

    internal override string Title(string? node) => "Disable high availability in ha.config";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var raw = await Targets.HaConfigAsync(Database, cancellationToken);
        return raw is null || !HaConfig.Parse(raw).Enable
            ? new Observation.Done("ha.config says enable: false.")
            : new Observation.NotStarted();
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) =>
        Entry(HaConfigWrite.ExpectedKey, await Targets.HaConfigAsync(Database, cancellationToken) ?? "");

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(HaConfigWrite.ExpectedKey) is not { Length: > 0 } expected)
        {
            return;
        }

        var metadata = await Targets.MetadataAsync(cancellationToken);
        var disabled = HaConfig.Parse(expected).Disabled().Raw;
        HaConfigWrite.Ensure(
            await metadata.CompareAndSwapHaConfigAsync(Database, expected, disabled, cancellationToken));
    }
}
