namespace Drydock.Reconcilers.Oms;

/// <summary>A BackupSnapshot takes its credentials from a Secret: the user's, or one made from config.yaml.</summary>
internal static class SnapshotCredentials
{
    public static async Task<Crds.BackupSnapshots.DatabaseSource> SourceAsync(
        OmsTargets targets, string ownerUid, CancellationToken cancellationToken)
    {
        var target = (await targets.MetadataAsync(cancellationToken)).Target;
        return new Crds.BackupSnapshots.DatabaseSource
        {
            CredentialsSecretRef = targets.Upgrade.Spec.MetadataDatabase?.CredentialsSecretRef
                ?? new SecretReference { Name = await EnsureAsync(targets, ownerUid, target, cancellationToken) },
            Host = target.Server,
            Port = target.Port,
            Tls = targets.Upgrade.Spec.MetadataDatabase?.Tls ?? new DatabaseTls(),
        };
    }

    private static async Task<string> EnsureAsync(
        OmsTargets targets, string ownerUid, MySqlOptions target, CancellationToken cancellationToken)
    {
        var upgrade = targets.Upgrade;
        var name = SnapshotNames.Credentials(upgrade.Metadata);
        var wanted = new V1Secret
        {
            ApiVersion = "v1",
            Kind = "Secret",
            Metadata = ChildMetadata.Owned(name, Crds.OmsUpgrades.OmsUpgrade.KindName, upgrade.Metadata),
            Type = "Opaque",
            Data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
            {
                ["username"] = Encoding.UTF8.GetBytes(target.UserID),
                ["password"] = Encoding.UTF8.GetBytes(target.Password),
            },
        };
        if (!await targets.Kubernetes.CreateOnceAsync(wanted, cancellationToken)
            && await targets.Kubernetes.GetAsync<V1Secret>(name, upgrade.Metadata.Namespace, cancellationToken)
                is { Metadata: var present } && present.Label(Labels.UpgradeUid) == ownerUid)
        {
            var metadata = wanted.Metadata with { ResourceVersion = present.ResourceVersion };
            await targets.Kubernetes.UpdateAsync(wanted with { Metadata = metadata }, cancellationToken);
        }

        return name;
    }
}

/// <summary>Names of the objects that an upgrade creates: the same after every crash, and never those of another
/// upgrade.</summary>
internal static class SnapshotNames
{
    public const string BeforeRollback = "before-rollback";

    public const string Restore = "restore";

    public static string Credentials(V1ObjectMeta upgrade) => $"{ObjectNames.Stem(upgrade)}-metadb";
}
