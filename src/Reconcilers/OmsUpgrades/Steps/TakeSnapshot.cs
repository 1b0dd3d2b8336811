using System.Globalization;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.OmsUpgrades.Access;

namespace Drydock.Reconcilers.OmsUpgrades.Steps;

/// <summary>
/// Has all databases dumped and verified by a BackupSnapshot of its own (runbook §4.2 3). The object carries no owner reference, so that nothing that
/// removes the upgrade removes the backup. A second attempt makes another object: no dump is ever overwritten.
/// </summary>
public sealed class TakeSnapshot(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>Receipt key: name of the BackupSnapshot.</summary>
    public const string SnapshotKey = "snapshot";

    /// <summary>Fact: uid of the BackupSnapshot.</summary>
    public const string SnapshotUidFact = "snapshotUid";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(SnapshotKey) is not { } name)
        {
            return new Observation.NotStarted();
        }

        var snapshot = await Targets.Kubernetes.GetAsync<BackupSnapshot>(name, Targets.Upgrade.Metadata.Namespace, cancellationToken);
        if (snapshot is null)
        {
            return new Observation.NotStarted();
        }

        if (snapshot.Metadata.Labels?.GetValueOrDefault(Labels.UpgradeUid) != context.OwnerUid)
        {
            return new Observation.Failed(Reasons.SnapshotMissing, $"BackupSnapshot {name} was not made by this upgrade; delete it or retry under another name");
        }

        var status = snapshot.Status;
        return status?.Phase switch
        {
            BackupSnapshotPhases.Succeeded when status.Verified == true => new Observation.Done(
                $"{name}: {status.Databases.Count.ToString(CultureInfo.InvariantCulture)} databases, {(status.SizeBytes ?? 0).ToString(CultureInfo.InvariantCulture)} bytes, verified",
                Fact(SnapshotUidFact, snapshot.Metadata.Uid ?? "")),
            BackupSnapshotPhases.Failed => new Observation.Failed(Reasons.SnapshotFailed, $"BackupSnapshot {name}: {status.Message}"),
            _ => new Observation.Running($"{name} {status?.Phase ?? BackupSnapshotPhases.Pending} {status?.Progress}".TrimEnd()),
        };
    }

    /// <inheritdoc />
    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult(context.Step.Receipt?.ContainsKey(SnapshotKey) == true
            ? context.Step.Receipt
            : Fact(SnapshotKey, SnapshotNames.Snapshot(Targets.Upgrade.Metadata, context.Step.Attempt)));

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var upgrade = Targets.Upgrade.Metadata;
        var name = context.Receipt(SnapshotKey)!;
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var credentials = await SnapshotCredentials.EnsureAsync(Targets, context.OwnerUid, metadata.Target, cancellationToken);
        var snapshot = new BackupSnapshot
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = BackupSnapshot.KindName,
            Metadata = new V1ObjectMeta
            {
                Name = name,
                Namespace = upgrade.Namespace,
                Labels = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [Labels.UpgradeUid] = context.OwnerUid,
                    [Labels.UpgradeName] = upgrade.Name,
                },
            },
            Spec = new BackupSnapshotSpec
            {
                Source = new DatabaseSource
                {
                    CredentialsSecretRef = new SecretReference { Name = credentials },
                    Host = metadata.Target.Host,
                    Port = metadata.Target.Port,
                    Tls = Targets.Upgrade.Spec.MetadataDatabase?.Tls ?? new DatabaseTls(),
                },
                Databases = [.. context.Parameter("databases").Split(',')],
                Storage = new StorageSpec { Directory = new DirectoryStorage { Path = context.Parameter("directory") } },
                Tool = Enum.Parse<DumpTool>(context.Parameter("tool")),
                Timeout = Targets.Upgrade.Spec.Timeouts.Backup,
            },
        };
        try
        {
            await Targets.Kubernetes.CreateAsync(snapshot, cancellationToken);
        }
        catch (KubernetesAlreadyExistsException)
        {
            // An earlier life of this attempt made it; the next look reads whose it is.
        }
    }

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.NextSnapshotChangeAsync(context.Receipt(SnapshotKey)!, cancellationToken);
}
