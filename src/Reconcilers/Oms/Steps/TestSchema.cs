namespace Drydock.Reconcilers.Oms;

/// <summary>Loads the definitions of all databases into a scratch database while OMS runs: what the server would
/// refuse of the dump costs nothing here, and the databases in a rollback. It leaves nothing to take back: the test
/// drops the scratch database however it ends, and its object is removed with the upgrade.</summary>
/// <param name="Storage">Where to, while it runs (<see cref="StorageText"/>).</param>
/// <param name="Recipients">For whom that is encrypted; null or empty for no encryption.</param>
[Acceptable(OnlyIf = "the backup is then verified: ReadBack")]
internal sealed record TestSchema(
    List<string> Databases, string Storage, List<string>? Recipients = null) : OmsSnapshotStep
{
    internal override string Verb => "definitions";
    internal override int Attempts => 3;
    internal override string Title(string? node) => "Test that the server takes its own definitions";

    protected override string What => "definitions";

    // Of a status that was put back the object may be gone.
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        await base.ObserveAsync(context, cancellationToken) is var seen && seen is not NotStarted ? seen
        : await LookAgain.StoppedAsync(Targets, context.Plan, cancellationToken) is { } stopped
        ? new Done($"{stopped} is stopped already, and a test would prolong the downtime.")
        : seen;

    protected override V1ObjectMeta Marked(V1ObjectMeta metadata, StepContext context) => metadata with
    {
        OwnerReferences = ChildMetadata.Owned(metadata.Name, UpgradeKind, Upgrade).OwnerReferences,
    };

    protected override Observation SnapshotFailed(string name, string? message) => new Failed(
        Reasons.SnapshotFailed,
        Sentences.Join(
            $"BackupSnapshot {name}: the definitions could not be loaded into a scratch database: {message}",
            "OMS was not changed. Without the test: accept this result; the backup is then verified: ReadBack."));

    protected override async Task<BackupSnapshotSpec> SpecAsync(
        StepContext context, CancellationToken cancellationToken) =>
        await SpecAsync(context, Databases, Storage, Recipients, cancellationToken) with
        {
            Contents = SnapshotContents.Definitions,
        };
}
