using Drydock.Crds.BackupSnapshots;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Dumps all databases with mydumper and verifies the dump (docs/research/tidb.md#procedure).</summary>
/// <param name="Databases">The databases.</param>
/// <param name="Storage">The storage (<see cref="StorageText"/>).</param>
/// <param name="Threads">The threads of mydumper.</param>
/// <param name="Recipients">The keys that the dump is encrypted for; null stores it unencrypted.</param>
internal sealed record TakeSnapshot(
    List<string> Databases,
    string Storage,
    int Threads,
    List<string>? Recipients = null) : TakeSnapshotBase<ITiDbTargets>
{
    private static readonly TimeSpan LookWithoutEvent = TimeSpan.FromSeconds(10);

    protected override IKubernetesClient Kubernetes => Targets.Kubernetes;

    protected override V1ObjectMeta Upgrade => Targets.Upgrade.Metadata;

    protected override string UpgradeKind => DatabaseRollingUpgrade.KindName;

    protected override string SnapshotName(int attempt) => TiDbNames.Snapshot(Upgrade, attempt);

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        WaitForChangeAsync(
            context,
            (_, token) => Targets.SnapshotChanges.WaitAsync(LookWithoutEvent, context.Time, token),
            cancellationToken);

    protected override Task<BackupSnapshotSpec> SpecAsync(StepContext context, CancellationToken cancellationToken)
    {
        var spec = Targets.Upgrade.Spec;
        var settings = Targets.Settings();
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
            Databases = Databases,
            Storage = StorageText.Parse(Storage, settings.Backup.Storage),
            Tool = DumpTool.MyDumper,
            Threads = Threads,
            Encryption = Recipients is { } keys ? new EncryptionSpec { Recipients = keys } : null,
            Timeout = spec.Timeouts.Backup,
        });
    }

    private Endpoint Server()
    {
        var spec = Targets.Upgrade.Spec;
        var tidb = spec.Of(DatabaseComponent.TiDB).FirstOrDefault() ?? throw new StepActionException(
            Reasons.InvalidSpec, "spec.instances lists no TiDB server to dump from.", retryable: false);
        return spec.Service(tidb);
    }
}
