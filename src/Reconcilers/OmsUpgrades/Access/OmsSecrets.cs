using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Common.Storage;

namespace Drydock.Reconcilers.OmsUpgrades.Access;

/// <summary>The Secrets an upgrade refers to, as read at one moment.</summary>
public sealed class OmsSecrets
{
    private readonly Dictionary<string, V1Secret?> _secrets;

    private OmsSecrets(Dictionary<string, V1Secret?> secrets) => _secrets = secrets;

    /// <summary>Changes whenever one of the Secrets does.</summary>
    public string Version => string.Join(';', _secrets.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}={s.Value?.Metadata.ResourceVersion}"));

    /// <summary>Names of all Secrets that a spec refers to.</summary>
    public static IReadOnlyList<string> Names(OmsUpgradeSpec spec)
    {
        var nodes = spec.Regions.SelectMany(r => r.Nodes).SelectMany(n => new[] { n.Docker.TlsSecretRef?.Name, n.Docker.SshSecretRef?.Name });
        var storages = spec.Regions.SelectMany(r => r.Nodes).Select(n => n.ImageArchive?.Storage).Append(spec.ImageArchive?.Storage).Append(spec.Backup.Storage);
        return
        [
            .. nodes.Append(spec.MetadataDatabase?.CredentialsSecretRef?.Name).Append(spec.Preflight.ApiCredentialsSecretRef?.Name).Append(spec.ImagePullSecretRef?.Name)
                .Append(spec.Backup.IdentitySecretRef?.Name).OfType<string>()
                .Concat(storages.SelectMany(StorageText.SecretNames))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>Reads them all.</summary>
    public static async Task<OmsSecrets> ReadAsync(IKubernetesClient kubernetes, OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        var read = await Task.WhenAll(Names(upgrade.Spec).Select(async name =>
            (name, Secret: await kubernetes.GetAsync<V1Secret>(name, upgrade.Metadata.Namespace, cancellationToken))));
        return new OmsSecrets(read.ToDictionary(r => r.name, r => r.Secret, StringComparer.Ordinal));
    }

    /// <summary>The values of a Secret; null if it does not exist.</summary>
    public IReadOnlyDictionary<string, byte[]>? Data(string name) =>
        _secrets.GetValueOrDefault(name) is { } secret ? secret.Data ?? [] : null;
}
