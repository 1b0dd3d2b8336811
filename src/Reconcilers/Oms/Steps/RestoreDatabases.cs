using Drydock.Crds.SnapshotRestores;

namespace Drydock.Reconcilers.Oms;

/// <summary>Restores all databases from the verified snapshot with a SnapshotRestore, and follows it. The snapshot is
/// referenced with its uid, so another one of the same name is never used. Another attempt creates another object; a
/// restore may be repeated from its beginning.</summary>
internal sealed record RestoreDatabases(List<string> Databases, string Snapshot, string SnapshotUid)
    : OmsStep, IConsent
{
    private const int Named = 5;

    internal override string Verb => "restore";
    internal override int Attempts => 2;
    internal override bool IsPointOfNoReturn => true;

    // The plan of a rollback acknowledges nothing: its notes name the keys.
    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) =>
    [
        new(
            ConsentWeight.Destroyed,
            $"This DROPS {Sentences.List(Databases, Named)} and restores them from {Snapshot}: "
                + "what was written to them since then is lost."),
        new(ConsentWeight.Lost, OutsideKey.Acknowledged(plan) ?? ""),
    ];

    public static RestoreDatabases Of(PlanProgress done)
    {
        var snapshot = done.Step<TakeSnapshot>()!;
        return new RestoreDatabases(
            snapshot.As<TakeSnapshot>().Databases,
            snapshot.Recorded(SnapshotReceipts.SnapshotKey) ?? "",
            snapshot.Recorded(SnapshotReceipts.SnapshotUidFact) ?? "");
    }

    internal override string Title(string? node) => $"Restore all databases from {Snapshot}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(SnapshotReceipts.RestoreKey) is not { } name
            || await Targets.Kubernetes.GetAsync<SnapshotRestore>(
                name, Targets.Upgrade.Metadata.Namespace, cancellationToken) is not { } restore)
        {
            return new NotStarted("Its SnapshotRestore does not exist.");
        }

        if (!restore.Metadata.IsMadeBy(context) || restore.Spec.SnapshotRef?.Uid != SnapshotUid)
        {
            return new Failed(
                Reasons.StepFailed,
                $"SnapshotRestore {name} was not created by this attempt of this upgrade. Delete it "
                + $"(`kubectl -n {Targets.Upgrade.Metadata.Namespace} delete snapshotrestore {name}`), then retry.");
        }

        var status = restore.Status;
        return status?.Phase switch
        {
            SnapshotRestorePhases.Succeeded => new Done(
                $"SnapshotRestore {name} restored "
                    + $"{Sentences.Count(status.Databases.Count, "database", "databases")} from {Snapshot}.",
                await MetadataContent.RecordAsync(Targets, context, cancellationToken)),
            SnapshotRestorePhases.Failed when IsUndecided(status) => throw Undecided(restore),
            SnapshotRestorePhases.Failed => new Failed(
                ReasonOf(status), $"SnapshotRestore {name} failed: {status.Message}"),
            _ => new Running(
                $"SnapshotRestore {name} {status?.Phase ?? SnapshotRestorePhases.Pending} {status?.Progress}"
                    .TrimEnd() + UnderWay(status)),
        };
    }

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(SnapshotReceipts.RestoreKey) is not null)
        {
            return Receipt(context);
        }

        // Another object would drop what the one before did not drop unasked.
        var restores = await Targets.Kubernetes.ListAsync<SnapshotRestore>(
            Targets.Upgrade.Metadata.Namespace, cancellationToken: cancellationToken);
        return restores.Items.FirstOrDefault(r =>
            r.Metadata.Label(Labels.UpgradeUid) == context.OwnerUid
            && IsUndecided(r.Status)) is { } undecided
            ? throw Undecided(undecided)
            : Entry(
                SnapshotReceipts.RestoreKey,
                ObjectNames.OfStep(Targets.Upgrade.Metadata, context, SnapshotNames.Restore));
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var upgrade = Targets.Upgrade;
        var name = context.Receipt(SnapshotReceipts.RestoreKey)!;
        var restore = new SnapshotRestore
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = SnapshotRestore.KindName,
            Metadata = ChildMetadata.Owned(name, OmsUpgrade.KindName, upgrade.Metadata).MadeBy(context),
            Spec = new SnapshotRestoreSpec
            {
                SnapshotRef = new SnapshotReference { Name = Snapshot, Uid = SnapshotUid },
                Target = await SnapshotCredentials.SourceAsync(Targets, context.OwnerUid, cancellationToken),
                Databases = Databases,
                AgeIdentitySecretRef = upgrade.Spec.Backup.AgeIdentitySecretRef,
                Threads = upgrade.Spec.Backup.Threads,
                Timeout = upgrade.Spec.Timeouts.RestoreDatabases,
            },
        };

        await Targets.Witnesses.RequireLatestAsync(context, cancellationToken);

        // What ran once says nothing of the restored data. The next observation checks whose object it is.
        await Targets.Witnesses.CloseAsync(upgrade.Status?.Plan ?? context.Plan, "restored by", cancellationToken);
        Targets.EnsureMayAct();
        await Targets.Kubernetes.CreateOnceAsync(restore, cancellationToken);
    }

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.NextSnapshotChangeAsync(context.Receipt(SnapshotReceipts.RestoreKey)!, cancellationToken);

    private static bool IsUndecided(SnapshotRestoreStatus? status) =>
        status?.Phase == SnapshotRestorePhases.Failed && ReasonOf(status) == Reasons.OutcomeUnknown;

    private static StepActionException Undecided(SnapshotRestore restore) => new(
        Reasons.OutcomeUnknown,
        $"SnapshotRestore {restore.Metadata.Name} waits for your decision; a retry of the upgrade drops nothing: "
        + restore.Status!.Message,
        retryable: false);

    private static string ReasonOf(SnapshotRestoreStatus status) =>
        status.Conditions.Find(c => c.Type == ConditionTypes.Failed && c.Status == "True")?.Reason
        ?? Reasons.StepFailed;

    private static string UnderWay(SnapshotRestoreStatus? status)
    {
        var under = (status?.Databases ?? [])
            .Where(d => d.State is not (RestoreState.Pending or RestoreState.Restored))
            .Select(d => $"{d.Name} {d.State} {d.Progress}".TrimEnd())
            .ToList();
        return under.Count == 0 ? "" : $" ({string.Join(", ", under)})";
    }
}
