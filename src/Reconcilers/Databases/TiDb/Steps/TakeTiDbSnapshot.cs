using Drydock.Crds.BackupSnapshots;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Dumps all databases with mydumper and verifies the dump
/// (docs/project/research/tidb.md#procedure).</summary>
/// <param name="Storage">The storage (<see cref="StorageText"/>).</param>
/// <param name="Recipients">The keys that the dump is encrypted for; null stores it unencrypted.</param>
[StoredAs("TakeSnapshot")]
internal sealed record TakeTiDbSnapshot(
    List<string> Databases, string Storage, int Threads,
    List<string>? Recipients = null) : TakeSnapshotBase<TiDbTargets>, ITimedStep<DatabaseRollingUpgradeSpec>
{
    private static readonly TimeSpan LookWithoutEvent = TimeSpan.FromSeconds(10);

    internal override string Verb => "snapshot";

    internal override string Title(string? node) => "Take a full backup with mydumper";

    public TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Backup) + TiDbStep.Later;

    protected override IKubernetesClient Kubernetes => Targets.Context.Kubernetes;
    protected override V1ObjectMeta Upgrade => Targets.Context.Upgrade.Metadata;
    protected override string UpgradeKind => DatabaseRollingUpgrade.KindName;

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        WaitForChangeAsync(
            context,
            (_, token) => Targets.Context.SnapshotChanges.WaitAsync(LookWithoutEvent, context.Time, token),
            cancellationToken);

    protected override Task<BackupSnapshotSpec> SpecAsync(StepContext context, CancellationToken cancellationToken)
    {
        var spec = Targets.Spec;
        var settings = Targets.Settings;
        var tidb = spec.Of(DatabaseComponent.TiDB).FirstOrDefault() ?? throw new StepActionException(
            Reasons.InvalidSpec, "spec.instances lists no TiDB server to dump from.", retryable: false);
        var server = spec.Service(tidb);
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
            Storage = StorageText.Parse(Storage, settings.Backup?.Storage),
            Tool = DumpTool.MyDumper,
            Threads = Threads,
            Encryption = Recipients is { } keys ? new EncryptionSpec { Recipients = keys } : null,
            Timeout = spec.Timeouts.Backup,
        });
    }
}
