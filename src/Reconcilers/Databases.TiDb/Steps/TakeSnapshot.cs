using Drydock.Crds.BackupSnapshots;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Dumps all databases with mydumper and verifies the dump (docs/research/tidb.md#procedure).</summary>
internal sealed class TakeSnapshot(ITiDbTargets targets) : TakeSnapshotBase<TakeSnapshot.Args>
{
    private static readonly TimeSpan LookWithoutEvent = TimeSpan.FromSeconds(10);

    /// <param name="Databases">The databases.</param>
    /// <param name="Storage">The storage (<see cref="StorageText"/>).</param>
    /// <param name="Threads">The threads of mydumper.</param>
    /// <param name="Recipients">The keys that the dump is encrypted for; null stores it unencrypted.</param>
    public sealed record Args(List<string> Databases, string Storage, int Threads, List<string>? Recipients = null);

    protected override IKubernetesClient Kubernetes => targets.Kubernetes;

    protected override V1ObjectMeta Upgrade => targets.Upgrade.Metadata;

    protected override string UpgradeKind => DatabaseRollingUpgrade.KindName;

    protected override string SnapshotName(Args args, int attempt) => TiDbNames.Snapshot(Upgrade, attempt);

    protected override Task WaitAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        WaitForChangeAsync(
            context,
            (_, token) => targets.SnapshotChanges.WaitAsync(LookWithoutEvent, context.Time, token),
            cancellationToken);

    protected override Task<BackupSnapshotSpec> SpecAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var spec = targets.Upgrade.Spec;
        var settings = targets.Settings();
        var server = Server();
        return Task.FromResult(new BackupSnapshotSpec
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
            Timeout = spec.Timeouts.Backup,
        });
    }

    private Endpoint Server()
    {
        var spec = targets.Upgrade.Spec;
        var tidb = spec.Of(DatabaseComponent.TiDB).FirstOrDefault() ?? throw new StepActionException(
            Reasons.InvalidSpec, "spec.instances lists no TiDB server to dump from.", retryable: false);
        return spec.Service(tidb);
    }
}
