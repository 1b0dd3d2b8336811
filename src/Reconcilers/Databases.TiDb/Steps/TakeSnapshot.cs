using System.Globalization;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Creates a BackupSnapshot, which dumps the databases consistently with mydumper and verifies the dump
/// (docs/research/tidb.md#procedure). The object has no owner reference, so deleting the upgrade keeps the backup. A
/// second attempt creates another object: no dump is overwritten.
/// </summary>
internal sealed class TakeSnapshot(ITiDbTargets targets) : TiDbStep<TakeSnapshot.Args>(targets)
{
    /// <summary>Receipt key: name of the BackupSnapshot.</summary>
    public const string SnapshotKey = "snapshot";

    /// <summary>Fact: uid of the BackupSnapshot.</summary>
    public const string SnapshotUidFact = "snapshotUid";

    private static readonly TimeSpan LookWithoutEvent = TimeSpan.FromSeconds(10);

    /// <param name="Databases">The databases.</param>
    /// <param name="Storage">The storage (<see cref="StorageText"/>).</param>
    /// <param name="Threads">The threads of mydumper.</param>
    /// <param name="Recipients">The keys that the dump is encrypted for; null stores it unencrypted.</param>
    public sealed record Args(List<string> Databases, string Storage, int Threads, List<string>? Recipients = null);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var space = Targets.Upgrade.Metadata.Namespace;
        if (context.Receipt(SnapshotKey) is not { } name
            || await Targets.Kubernetes.GetAsync<BackupSnapshot>(name, space, cancellationToken) is not { } snapshot)
        {
            return new Observation.NotStarted();
        }

        if (snapshot.Metadata.Labels?.GetValueOrDefault(Labels.UpgradeUid) != context.OwnerUid)
        {
            return new Observation.Failed(
                Reasons.SnapshotMissing,
                $"BackupSnapshot {name} was not created by this upgrade. Delete it, then retry.");
        }

        var status = snapshot.Status;
        return status?.Phase switch
        {
            BackupSnapshotPhases.Succeeded when status.Verified == true => new Observation.Done(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}: {status.Databases.Count} databases, {status.SizeBytes ?? 0} bytes, verified."),
                Entry(SnapshotUidFact, snapshot.Metadata.Uid ?? "")),
            BackupSnapshotPhases.Failed => new Observation.Failed(
                Reasons.SnapshotFailed, $"BackupSnapshot {name} failed: {status.Message}"),
            _ => new Observation.Running(
                $"{name} {status?.Phase ?? BackupSnapshotPhases.Pending} {status?.Progress}".TrimEnd()),
        };
    }

    protected override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var attempt = context.Plan.AttemptsBefore + context.Step.Attempt;
        return Task.FromResult(Entry(SnapshotKey, TiDbNames.Snapshot(Targets.Upgrade.Metadata, attempt)));
    }

    protected override Task WaitAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        Targets.SnapshotChanges.WaitAsync(LookWithoutEvent, context.Time, cancellationToken);

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        try
        {
            await Targets.Kubernetes.CreateAsync(Snapshot(context.Receipt(SnapshotKey)!, args), cancellationToken);
        }
        catch (KubernetesAlreadyExistsException)
        {
            // An earlier operator process created it in this attempt; the next observation reads whose it is.
        }
    }

    private BackupSnapshot Snapshot(string name, Args args)
    {
        var settings = Targets.Settings();
        var tidb = Spec.Of(DatabaseComponent.TiDB).FirstOrDefault() ?? throw new StepActionException(
            Reasons.InvalidSpec, "spec.instances lists no TiDB server to dump from.", retryable: false);
        var server = Spec.Service(tidb);
        return new BackupSnapshot
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = BackupSnapshot.KindName,
            Metadata = ChildMetadata.Of(name, DatabaseRollingUpgrade.KindName, Targets.Upgrade.Metadata),
            Spec = new BackupSnapshotSpec
            {
                Source = new DatabaseSource
                {
                    CredentialsSecretRef = settings.CredentialsSecretRef ?? new SecretReference(),
                    Host = server.Host,
                    Port = server.Port,
                    Tls = settings.SqlTls,
                },
                Databases = args.Databases,
                Storage = StorageText.Parse(args.Storage, settings.Backup.Storage),
                Tool = DumpTool.MyDumper,
                Threads = args.Threads,
                Encryption = args.Recipients is { } keys ? new EncryptionSpec { Recipients = keys } : null,
                Timeout = Spec.Timeouts.Backup,
            },
        };
    }
}
