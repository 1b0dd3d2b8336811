namespace Drydock.Reconcilers.Oms;

/// <summary>The base of the steps of an OMS upgrade that work with a BackupSnapshot.</summary>
internal abstract record OmsSnapshotStep : TakeSnapshotBase<OmsTargets>, ITimedStep
{
    protected override IKubernetesClient Kubernetes => Targets.Kubernetes;
    protected override V1ObjectMeta Upgrade => Targets.Upgrade.Metadata;
    protected override string UpgradeKind => OmsUpgrade.KindName;

    TimeSpan ITimedStep.TimeLimit(RunSpec spec, string phase) =>
        KubernetesDuration.Parse(((OmsUpgradeSpec)spec).Timeouts.Of(phase));

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        WaitForChangeAsync(context, Targets.NextSnapshotChangeAsync, cancellationToken);

    protected async Task<BackupSnapshotSpec> SpecAsync(
        StepContext context,
        List<string> databases,
        string storage,
        List<string>? recipients,
        CancellationToken cancellationToken)
    {
        var spec = Targets.Upgrade.Spec;
        return new BackupSnapshotSpec
        {
            Source = await SnapshotCredentials.SourceAsync(Targets, context.OwnerUid, cancellationToken),
            Databases = databases,
            Storage = StorageText.Parse(storage, spec.Backup.Storage),
            Encryption = recipients is { Count: > 0 } ? new EncryptionSpec { Recipients = recipients } : null,
            AgeIdentitySecretRef = spec.Backup.AgeIdentitySecretRef,
            Timeout = spec.Timeouts.Backup,
            Acknowledge = [.. context.Plan.Plan.Acknowledged ?? []],
        };
    }
}
