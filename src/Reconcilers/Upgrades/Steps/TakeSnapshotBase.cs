namespace Drydock.Reconcilers.Upgrades;

/// <summary>The base of the steps that dump and verify databases with a BackupSnapshot. The object carries no owner
/// reference, so that removing the upgrade never removes the backup. A second attempt creates another object: no dump
/// is ever overwritten.</summary>
internal abstract record TakeSnapshotBase<TTargets> : StepBase<TTargets>
    where TTargets : class
{
    protected abstract IKubernetesClient Kubernetes { get; }

    protected abstract V1ObjectMeta Upgrade { get; }

    protected abstract string UpgradeKind { get; }

    protected virtual string? What => null;

    protected abstract Task<BackupSnapshotSpec> SpecAsync(StepContext context, CancellationToken cancellationToken);

    protected virtual V1ObjectMeta Marked(V1ObjectMeta metadata, StepContext context) => metadata;

    protected virtual Observation SnapshotFailed(string name, string? message) =>
        new Observation.Failed(Reasons.SnapshotFailed, $"BackupSnapshot {name} failed: {message}");

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(SnapshotReceipts.SnapshotKey) is not { } name
            || await Kubernetes.GetAsync<BackupSnapshot>(
                name, Upgrade.Namespace, cancellationToken) is not { } snapshot)
        {
            return new Observation.NotStarted("Its BackupSnapshot does not exist.");
        }

        if (!snapshot.Metadata.IsMadeBy(context))
        {
            return new Observation.Failed(
                Reasons.SnapshotMissing,
                $"BackupSnapshot {name} was not created by this attempt of this upgrade. "
                + $"Delete it (`kubectl -n {Upgrade.Namespace} delete backupsnapshot {name}`), then retry.");
        }

        var status = snapshot.Status;
        return status?.Phase switch
        {
            BackupSnapshotPhases.Succeeded when status.Verified is not null
                || snapshot.Spec.Contents == SnapshotContents.Definitions => new Observation.Done(
                status.Verified is { } verified
                    ? $"BackupSnapshot {name} is verified ({verified}): "
                        + $"{Sentences.Count(status.Databases.Count, "database", "databases")}, "
                        + $"{status.SizeBytes ?? 0} bytes."
                    : $"The server takes the definitions of "
                        + $"{Sentences.Count(status.Databases.Count, "database", "databases")}.",
                Entry(SnapshotReceipts.SnapshotUidFact, snapshot.Metadata.Uid ?? "")),
            BackupSnapshotPhases.Failed => SnapshotFailed(name, status.Message),
            _ => new Observation.Running(
                $"BackupSnapshot {name} {status?.Phase ?? BackupSnapshotPhases.Pending} {status?.Progress}".TrimEnd()),
        };
    }

    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult(context.Receipt(SnapshotReceipts.SnapshotKey) is not null
            ? Receipt(context)
            : Entry(SnapshotReceipts.SnapshotKey, ObjectNames.OfStep(Upgrade, context, What)));

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var snapshot = new BackupSnapshot
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = BackupSnapshot.KindName,
            Metadata = Marked(
                ChildMetadata.Of(context.Receipt(SnapshotReceipts.SnapshotKey)!, UpgradeKind, Upgrade)
                    .MadeBy(context),
                context),
            Spec = await SpecAsync(context, cancellationToken),
        };

        // The next observation checks whose it is.
        await Kubernetes.CreateOnceAsync(snapshot, cancellationToken);
    }

    /// <summary>Returns when the BackupSnapshot has ended or changed. Its end may have come after the last observation
    /// and before the wait for a change has begun; such a change is not signalled again.</summary>
    protected async Task WaitForChangeAsync(
        StepContext context, Func<string, CancellationToken, Task> change, CancellationToken cancellationToken)
    {
        var name = context.Receipt(SnapshotReceipts.SnapshotKey)!;
        var changed = change(name, cancellationToken);
        var snapshot = await Kubernetes.GetAsync<BackupSnapshot>(name, Upgrade.Namespace, cancellationToken);
        if (snapshot?.Status?.Phase is BackupSnapshotPhases.Succeeded or BackupSnapshotPhases.Failed)
        {
            return;
        }

        await changed;
    }
}
