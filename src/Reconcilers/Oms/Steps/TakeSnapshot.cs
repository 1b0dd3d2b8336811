using SnapshotVerification = Drydock.Crds.Common.SnapshotVerification;

namespace Drydock.Reconcilers.Oms;

/// <summary>Dumps and verifies all databases (docs/project/research/oms.md#procedure).</summary>
/// <param name="Storage">Where to (<see cref="StorageText"/>).</param>
/// <param name="Threads">On how many connections it dumps.</param>
/// <param name="Recipients">For whom the dump is encrypted; null or empty for no encryption.</param>
/// <param name="BeforeRollback">Whether this is the second snapshot: what the new version wrote, before a rollback
/// drops it. Its name never equals one of the first.</param>
/// <param name="Optional">Whether the run continues if the snapshot cannot be taken.</param>
// Both snapshots dump the same databases.
[Traits(DurationKey = nameof(TakeSnapshot))]
internal sealed record TakeSnapshot(
    List<string> Databases,
    string Storage,
    DumpTool Tool,
    int Threads,
    SnapshotVerification Verify,
    List<string>? Recipients = null,
    bool BeforeRollback = false,
    bool Optional = false) : OmsSnapshotStep, IConsent
{
    public const string NotTakenFact = "notTaken";

    internal override string Verb => "snapshot";
    internal override int Attempts => 3;
    internal override string Title(string? node) => BeforeRollback
        ? "Dump the data that the restore drops"
        : "Dump and verify all databases";

    // A failed test of the definitions that was accepted proves nothing.
    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) =>
        own.Phase == OmsUpgradePhases.Backup && Verify switch
        {
            SnapshotVerification.ReadBack => true,
            SnapshotVerification.Schema => plan.Step<TestSchema>()?.Accepted is not null,
            _ => false,
        }
            ?
            [
                new(
                    ConsentWeight.Verified,
                    "The backup is verified: ReadBack. It is not tested whether the server takes its definitions."),
            ]
            : [];

    protected override string? What => BeforeRollback ? SnapshotNames.BeforeRollback : null;

    // A status that is older than the hosts does not know of a snapshot, nor that OMS was in use again since.
    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        var receipt = await base.PrepareAsync(context, cancellationToken);
        return context.Receipt(SnapshotReceipts.SnapshotKey) is null
            && !BeforeRollback
            && await Kubernetes.GetAsync<BackupSnapshot>(
                receipt[SnapshotReceipts.SnapshotKey], Upgrade.Namespace, cancellationToken) is { } found
            && found.Metadata.IsMadeBy(context)
            && found.Metadata.Annotation(Annotations.Stops) != Stops(context)
            ? Entry(SnapshotReceipts.SnapshotKey, $"{receipt[SnapshotReceipts.SnapshotKey]}-{Stops(context)}")
            : receipt;
    }

    protected override V1ObjectMeta Marked(V1ObjectMeta metadata, StepContext context) => metadata with
    {
        Annotations = new Dictionary<string, string>(metadata.Annotations!, StringComparer.Ordinal)
        {
            [Annotations.Stops] = Stops(context),
        },
    };

    // The last ends of the old containers: 8 hex digits.
    private static string Stops(StepContext context)
    {
        var ends = OmsPlanProgress.Stops(context.Plan)
            .Select(s => $"{s.Id} {s.RecordedTime(StopContainer.RanUntilFact):O}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', ends))))[..8];
    }

    protected override Observation SnapshotFailed(string name, string? message) => Optional
        ? new Done(
            Sentences.Join(
                $"BackupSnapshot {name} could not be taken: {message}",
                "The data that the failed upgrade left is dropped without a second snapshot."),
            Entry(NotTakenFact, "true"))
        : base.SnapshotFailed(name, message);

    // The definitions were tested before the downtime; here nothing is loaded for that.
    protected override async Task<BackupSnapshotSpec> SpecAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var spec = await SpecAsync(context, Databases, Storage, Recipients, cancellationToken);
        return spec with
        {
            Tool = Tool,
            Threads = Threads,

            // The second snapshot must not prolong the outage by a load of its own.
            Verify = BeforeRollback ? SnapshotVerification.ReadBack : Verify,
            TestedDefinitions = Verify == SnapshotVerification.Schema && !BeforeRollback
                ? await TestedAsync(context, cancellationToken) ?? "none"
                : null,

            // What the new version wrote is dumped as far as possible: nothing there may stop a rollback.
            Acknowledge = BeforeRollback
                ? [Reasons.DumpLosesDigits, Reasons.ObjectsHidden]
                : spec.Acknowledge,
        };
    }

    private async Task<string?> TestedAsync(StepContext context, CancellationToken cancellationToken) =>
        context.Plan.Step<TestSchema>()?.Recorded(SnapshotReceipts.SnapshotKey) is { } name
            ? (await Kubernetes.GetAsync<BackupSnapshot>(name, Upgrade.Namespace, cancellationToken))?.Status
                ?.DefinitionsSha256
            : null;
}
