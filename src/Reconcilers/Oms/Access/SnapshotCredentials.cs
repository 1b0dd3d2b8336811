using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Reconcilers.Oms;

/// <summary>A BackupSnapshot takes its credentials from a Secret: the user's, or one made from config.yaml.</summary>
internal static class SnapshotCredentials
{
    public static async Task<Crds.BackupSnapshots.DatabaseSource> SourceAsync(
        IOmsTargets targets, string ownerUid, CancellationToken cancellationToken)
    {
        var metadata = await targets.MetadataAsync(cancellationToken);
        return new Crds.BackupSnapshots.DatabaseSource
        {
            CredentialsSecretRef =
                new SecretReference { Name = await EnsureAsync(targets, ownerUid, metadata.Target, cancellationToken) },
            Host = metadata.Target.Host,
            Port = metadata.Target.Port,
            Tls = targets.Upgrade.Spec.MetadataDatabase?.Tls ?? new DatabaseTls(),
        };
    }

    public static async Task<string> EnsureAsync(
        IOmsTargets targets, string ownerUid, MetadataTarget target, CancellationToken cancellationToken)
    {
        if (targets.Upgrade.Spec.MetadataDatabase?.CredentialsSecretRef is { } given)
        {
            return given.Name;
        }

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
                ["username"] = System.Text.Encoding.UTF8.GetBytes(target.User),
                ["password"] = System.Text.Encoding.UTF8.GetBytes(target.Password.Reveal()),
            },
        };
        try
        {
            await targets.Kubernetes.CreateAsync(wanted, cancellationToken);
        }
        catch (KubernetesAlreadyExistsException)
        {
            var present =
                await targets.Kubernetes.GetAsync<V1Secret>(name, upgrade.Metadata.Namespace, cancellationToken);
            if (present is not null && present.Metadata.Labels?.GetValueOrDefault(Labels.UpgradeUid) == ownerUid)
            {
                await targets.Kubernetes.UpdateAsync(
                    wanted with
                    {
                        Metadata = wanted.Metadata with { ResourceVersion = present.Metadata.ResourceVersion },
                    },
                    cancellationToken);
            }
        }

        return name;
    }
}
