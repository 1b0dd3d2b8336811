using System.Globalization;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Has all databases put back from the verified snapshot by a SnapshotRestore of its own, and follows it. The snapshot
/// is named with its uid, so another one of the same name is never taken for it. Another attempt makes another object;
/// a restore may be repeated from its beginning.
/// </summary>
internal sealed class RestoreDatabases(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(SnapshotReceipts.RestoreKey) is not { } name)
        {
            return new Observation.NotStarted();
        }

        var restore = await Targets.Kubernetes.GetAsync<SnapshotRestore>(name, Targets.Upgrade.Metadata.Namespace, cancellationToken);
        if (restore is null)
        {
            return new Observation.NotStarted();
        }

        if (restore.Metadata.Labels?.GetValueOrDefault(Labels.UpgradeUid) != context.OwnerUid)
        {
            return new Observation.Failed(Reasons.StepFailed, $"SnapshotRestore {name} was not made by this upgrade; delete it, then retry");
        }

        var status = restore.Status;
        return status?.Phase switch
        {
            SnapshotRestorePhases.Succeeded => new Observation.Done(
                $"{name}: {status.Databases.Count.ToString(CultureInfo.InvariantCulture)} databases are as snapshot {context.Parameter("snapshot")} has them"),
            SnapshotRestorePhases.Failed => new Observation.Failed(Failure(status), $"SnapshotRestore {name}: {status.Message}"),
            _ => new Observation.Running($"{name} {status?.Phase ?? SnapshotRestorePhases.Pending} {status?.Progress}{Databases(status)}".TrimEnd()),
        };
    }

    /// <inheritdoc />
    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult(context.Step.Receipt?.ContainsKey(SnapshotReceipts.RestoreKey) == true
            ? context.Step.Receipt
            : Fact(SnapshotReceipts.RestoreKey, SnapshotNames.Restore(Targets.Upgrade.Metadata, context.Ordinal())));

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var upgrade = Targets.Upgrade;
        var databases = context.Parameter("databases").Split(',').ToList();
        var restore = new SnapshotRestore
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = SnapshotRestore.KindName,
            Metadata = ChildMetadata.Owned(context.Receipt(SnapshotReceipts.RestoreKey)!, OmsUpgrade.KindName, upgrade.Metadata),
            Spec = new SnapshotRestoreSpec
            {
                SnapshotRef = new SnapshotReference { Name = context.Parameter("snapshot"), Uid = context.Parameter("snapshotUid") },
                Target = await SnapshotCredentials.SourceAsync(Targets, context.OwnerUid, cancellationToken),
                Databases = databases,
                AllowDrop = [.. databases],
                IdentitySecretRef = upgrade.Spec.Backup.IdentitySecretRef,
                Threads = upgrade.Spec.Backup.Threads,
                Timeout = upgrade.Spec.Timeouts.RestoreDatabases,
            },
        };
        try
        {
            await Targets.Kubernetes.CreateAsync(restore, cancellationToken);
        }
        catch (KubernetesAlreadyExistsException)
        {
            // An earlier life of this attempt made it; the next look reads whose it is.
        }
    }

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.NextSnapshotChangeAsync(context.Receipt(SnapshotReceipts.RestoreKey)!, cancellationToken);

    private static string Failure(SnapshotRestoreStatus status) =>
        status.Conditions.Find(c => c.Type == ConditionTypes.Failed && c.Status == "True")?.Reason ?? Reasons.StepFailed;

    private static string Databases(SnapshotRestoreStatus? status)
    {
        var under = (status?.Databases ?? []).Where(d => d.State is not (RestoreState.Pending or RestoreState.Restored)).Select(d => $"{d.Name} {d.State} {d.Progress}".TrimEnd()).ToList();
        return under.Count == 0 ? "" : $" ({string.Join(", ", under)})";
    }
}
