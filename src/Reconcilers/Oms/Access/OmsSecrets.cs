using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The Secrets an upgrade refers to, as read at one moment, with the keys it uses.</summary>
internal sealed class OmsSecrets
{
    private readonly UsedSecrets _secrets;

    private OmsSecrets(UsedSecrets secrets) => _secrets = secrets;

    /// <summary>Changes whenever a value that the upgrade uses does, and with nothing else.</summary>
    public string Digest => _secrets.Digest;

    /// <summary>Names of all Secrets that a spec refers to.</summary>
    public static IReadOnlyList<string> Names(OmsUpgradeSpec spec) => [.. Uses(spec).Names];

    /// <summary>Reads them all.</summary>
    public static async Task<OmsSecrets> ReadAsync(
        IKubernetesClient kubernetes, OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        return new OmsSecrets(await Uses(upgrade.Spec).ReadAsync(kubernetes, upgrade.Metadata.Namespace, cancellationToken));
    }

    /// <summary>The used values of a Secret; null if it does not exist.</summary>
    public IReadOnlyDictionary<string, byte[]>? Data(string name) => _secrets.Data(name);

    private static SecretUses Uses(OmsUpgradeSpec spec)
    {
        var uses = new SecretUses();
        foreach (var node in spec.Regions.SelectMany(r => r.Nodes))
        {
            uses.Add(node.Docker.TlsSecretRef, SecretKeys.DockerTls);
            uses.Add(node.Docker.SshSecretRef, SecretKeys.Ssh);
            Add(uses, node.ImageArchive?.Storage);
        }

        Add(uses, spec.ImageArchive?.Storage);
        Add(uses, spec.Backup.Storage);
        return uses
            .Add(spec.MetadataDatabase?.CredentialsSecretRef, SecretKeys.Database)
            .Add(spec.Preflight.ApiCredentialsSecretRef, SecretKeys.Console)
            .Add(spec.ImagePullSecretRef, RegistryCredentials.Key)
            .Add(spec.Backup.IdentitySecretRef, SecretKeys.Identity);
    }

    private static void Add(SecretUses uses, Crds.Common.StorageSpec? storage)
    {
        foreach (var name in StorageText.SecretNames(storage))
        {
            uses.Add(name, SecretKeys.Storage);
        }
    }
}
