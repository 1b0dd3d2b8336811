using System.Globalization;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Has the databases dumped by mydumper, consistently, and verified, by a BackupSnapshot of its own
/// (docs/research/tidb.md#procedure). The object carries no owner reference, so that nothing that removes the upgrade
/// removes the backup. A second attempt makes another object: no dump is ever overwritten.
/// </summary>
internal sealed class TakeSnapshot(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <summary>Receipt key: name of the BackupSnapshot.</summary>
    public const string SnapshotKey = "snapshot";

    /// <summary>Fact: uid of the BackupSnapshot.</summary>
    public const string SnapshotUidFact = "snapshotUid";

    private static readonly TimeSpan LookWithoutEvent = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(SnapshotKey) is not { } name || await Targets.Kubernetes.GetAsync<BackupSnapshot>(name, Targets.Upgrade.Metadata.Namespace, cancellationToken) is not { } snapshot)
        {
            return new Observation.NotStarted();
        }

        if (snapshot.Metadata.Labels?.GetValueOrDefault(Labels.UpgradeUid) != context.OwnerUid)
        {
            return new Observation.Failed(Reasons.SnapshotMissing, $"BackupSnapshot {name} was not made by this upgrade; delete it, then retry");
        }

        var status = snapshot.Status;
        return status?.Phase switch
        {
            BackupSnapshotPhases.Succeeded when status.Verified == true => new Observation.Done(
                string.Create(CultureInfo.InvariantCulture, $"{name}: {status.Databases.Count} databases, {status.SizeBytes ?? 0} bytes, verified"),
                Fact(SnapshotUidFact, snapshot.Metadata.Uid ?? "")),
            BackupSnapshotPhases.Failed => new Observation.Failed(Reasons.SnapshotFailed, $"BackupSnapshot {name}: {status.Message}"),
            _ => new Observation.Running($"{name} {status?.Phase ?? BackupSnapshotPhases.Pending} {status?.Progress}".TrimEnd()),
        };
    }

    /// <inheritdoc />
    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Fact(SnapshotKey, TiDbNames.Snapshot(Targets.Upgrade.Metadata, context.Plan.AttemptsBefore + context.Step.Attempt)));

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.SnapshotChanges.WaitAsync(LookWithoutEvent, context.Time, cancellationToken);

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        var upgrade = Targets.Upgrade.Metadata;
        var settings = Targets.Settings();
        var server = Spec.Service(Spec.Of(DatabaseComponent.TiDB).FirstOrDefault() ?? throw new StepActionException(Reasons.InvalidSpec, "spec.instances names no TiDB to dump from", retryable: false));
        var snapshot = new BackupSnapshot
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = BackupSnapshot.KindName,
            Metadata = ChildMetadata.Of(context.Receipt(SnapshotKey)!, DatabaseRollingUpgrade.KindName, upgrade),
            Spec = new BackupSnapshotSpec
            {
                Source = new DatabaseSource { CredentialsSecretRef = settings.CredentialsSecretRef ?? new SecretReference(), Host = server.Host, Port = server.Port, Tls = settings.SqlTls },
                Databases = [.. context.Parameter("databases").Split(',')],
                Storage = StorageText.Parse(context.Parameter("storage"), settings.Backup.Storage),
                Tool = DumpTool.MyDumper,
                Threads = int.Parse(context.Parameter("threads"), CultureInfo.InvariantCulture),
                Encryption = context.OptionalParameter("recipients") is { } recipients ? new EncryptionSpec { Recipients = [.. recipients.Split(',')] } : null,
                Timeout = Spec.Timeouts.Backup,
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
}
