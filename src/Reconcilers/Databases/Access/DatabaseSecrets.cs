using Drydock.Clients.Docker;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Ssh;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;
using Finding = Drydock.Crds.Common.Finding;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// The Secrets an upgrade refers to, as read at one moment. A missing or unusable value is null and is listed in
/// <see cref="Problems"/>.
/// </summary>
internal sealed record DatabaseSecrets
{
    private const string Certificate = "tls.crt";
    private const string CertificateKey = "tls.key";
    private const string UserName = "username";
    private const string Password = "password";

    /// <summary>
    /// The private key for the hosts and their host keys, or those of Docker engines at ssh:// endpoints; null also if
    /// the spec names no Secret.
    /// </summary>
    public SshMaterial? Ssh { get; init; }

    /// <summary>
    /// The client certificate for Docker engines whose containers are the hosts; null also if the spec names no Secret.
    /// </summary>
    public DockerTlsMaterial? DockerTls { get; init; }

    /// <summary>TLS of the processes' HTTP interfaces; null also if the spec has no TLS.</summary>
    public ServiceTlsMaterial? Tls { get; init; }

    /// <summary>
    /// The login at the SQL port of TiDB, or of YugabyteDB's tablet servers; null also if the spec names no Secret.
    /// </summary>
    public SqlLogin? Sql { get; init; }

    /// <summary>
    /// TLS material for peer clusters of replication, by the name of the group; peers without TLS are omitted.
    /// </summary>
    public IReadOnlyDictionary<string, ServiceTlsMaterial> Peers { get; init; } =
        new Dictionary<string, ServiceTlsMaterial>(StringComparer.Ordinal);

    /// <summary>Changes whenever a value that the upgrade uses does, and with nothing else.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Missing or unusable material, one finding per field of the spec.</summary>
    public IReadOnlyList<Finding> Problems { get; init; } = [];

    /// <summary>Values that must not be shown anywhere.</summary>
    public IReadOnlyList<Secret> Confidential { get; init; } = [];

    public static async Task<DatabaseSecrets> ReadAsync(
        IKubernetesClient kubernetes,
        DatabaseRollingUpgrade upgrade,
        IDatabaseEngine engine,
        CancellationToken cancellationToken) =>
        Of(
            upgrade,
            engine,
            await SecretUses.ReadAsync(
                kubernetes, SecretReferences.In(upgrade.Spec), upgrade.Metadata.Namespace, cancellationToken));

    // Never shows a value.
    public override string ToString() => "secrets of a database (not shown)";

    private static DatabaseSecrets Of(DatabaseRollingUpgrade upgrade, IDatabaseEngine engine, UsedSecrets used)
    {
        var spec = upgrade.Spec;
        var reading = new Reading(upgrade.Metadata.Namespace, used.Secrets);
        var (ssh, docker) = (spec.Access.Ssh, spec.Access.Docker);
        var key = ssh is not null
            ? reading.Required(ssh.KeySecretRef, "spec.access.ssh.keySecretRef", SshMaterial.PrivateKeyKey)
            : docker?.SshSecretRef is { } toEngines
                ? reading.Required(toEngines, "spec.access.docker.sshSecretRef", SshMaterial.PrivateKeyKey)
                : null;
        var knownHosts = ssh is not null
            ? reading.Required(
                ssh.KnownHostsSecretRef, "spec.access.ssh.knownHostsSecretRef", SshMaterial.KnownHostsKey)
            : docker?.SshSecretRef is { } engines
                ? reading.Required(engines, "spec.access.docker.sshSecretRef", SshMaterial.KnownHostsKey)
                : null;
        var dockerTls = docker?.TlsSecretRef is { } certificate
            ? reading.DockerTls(certificate, "spec.access.docker.tlsSecretRef")
            : null;
        var (login, loginField) = (engine.Login(spec), engine.LoginField);
        var user = login is null ? null : reading.Required(login, loginField, UserName);
        var password = login is null ? null : reading.Required(login, loginField, Password);
        var tls = spec.Tls is { } service ? reading.Tls(service.SecretRef, "spec.tls.secretRef") : null;
        var peers = new Dictionary<string, ServiceTlsMaterial>(StringComparer.Ordinal);
        foreach (var group in spec.Yugabyte?.Replication.Groups ?? [])
        {
            if (group.Peer.CertsSecretRef is { } certificates
                && reading.Tls(
                    certificates,
                    $"spec.yugabyte.replication.groups[{group.Name}].peer.certsSecretRef") is { } material)
            {
                peers[group.Name] = material;
            }
        }

        var storages = SecretReferences.In(spec).Where(use => use.Keys.Contains("secretKey", StringComparer.Ordinal));
        foreach (var storage in storages.DistinctBy(use => use.Name, StringComparer.Ordinal))
        {
            reading.Exists(storage);
        }

        return new DatabaseSecrets
        {
            Ssh = key is null || knownHosts is null ? null : new SshMaterial(key, knownHosts),
            DockerTls = dockerTls,
            Tls = tls,
            Sql = user is null || password is null
                ? null
                : new SqlLogin(
                    SecretText.Of(user)!,
                    SecretText.Of(password)!,
                    reading.Optional(login!, loginField, SecretKeys.Authority)),
            Peers = peers,
            Digest = used.Digest,
            Problems = reading.Problems,
            Confidential =
            [
                .. new[] { password, key, dockerTls?.PrivateKey.ToArray(), tls?.Key }.Concat(
                    peers.Values.Select(p => p.Key))
                    .OfType<byte[]>()
                    .Select(SecretText.Of)
                    .OfType<string>()
                    .Select(text => new Secret(text)),
            ],
        };
    }

    private sealed class Reading(string? @namespace, IReadOnlyDictionary<string, V1Secret?> secrets)
    {
        private readonly List<Finding> _problems = [];

        public IReadOnlyList<Finding> Problems => _problems;

        public byte[]? Required(SecretReference reference, string field, string key)
        {
            if (secrets.GetValueOrDefault(reference.Name) is not { } secret)
            {
                Missing(
                    field,
                    $"Secret {reference.Name} ({field}) does not exist in namespace {@namespace}. "
                    + $"Create it with the key {key}.");
                return null;
            }

            if (secret.Data?.GetValueOrDefault(key) is { } value && SecretText.Of(value) is not null)
            {
                return Taken(reference, field, key, value);
            }

            Missing(field, $"Secret {reference.Name} ({field}) lacks the key {key}. Add it.");
            return null;
        }

        public byte[]? Optional(SecretReference reference, string field, string key) =>
            secrets.GetValueOrDefault(reference.Name)?.Data?.GetValueOrDefault(key) is { } value
                && SecretText.Of(value) is not null
                ? Taken(reference, field, key, value)
                : null;

        public ServiceTlsMaterial? Tls(SecretReference reference, string field)
        {
            if (Required(reference, field, SecretKeys.Authority) is not { } authority)
            {
                return null;
            }

            var (certificate, key) = (
                Optional(reference, field, Certificate), Optional(reference, field, CertificateKey));
            if (certificate is null != key is null)
            {
                Missing(
                    field,
                    $"Secret {reference.Name} ({field}) has only one of {Certificate} and {CertificateKey}. "
                    + "Add the other one, or remove both if the servers do not require a client certificate.");
                return null;
            }

            return new ServiceTlsMaterial(authority, certificate, key);
        }

        public DockerTlsMaterial? DockerTls(SecretReference reference, string field)
        {
            if (secrets.GetValueOrDefault(reference.Name) is not { } secret)
            {
                Missing(
                    field,
                    $"Secret {reference.Name} ({field}) does not exist in namespace {@namespace}. "
                    + "Create it with the keys ca.crt, tls.crt and tls.key, or ca.pem, cert.pem and key.pem.");
                return null;
            }

            if (SecretLimits.Refusal(reference.Name, secret.Data, DockerTlsMaterial.SecretKeys) is { } refusal)
            {
                Missing(field, $"{field}: {refusal}");
                return null;
            }

            try
            {
                return DockerTlsMaterial.FromSecretData(secret.Data ?? []);
            }
            catch (DockerEndpointException exception)
            {
                // The message names keys, never a value.
                Missing(field, $"Secret {reference.Name} ({field}): {exception.Message}");
                return null;
            }
        }

        public void Exists(SecretUse use)
        {
            if (secrets.GetValueOrDefault(use.Name) is null)
            {
                Missing(
                    use.Field,
                    $"Secret {use.Name} ({use.Field}) does not exist in namespace {@namespace}. "
                    + "Create it with the keys accessKey and secretKey.");
            }
        }

        private byte[]? Taken(SecretReference reference, string field, string key, byte[] value)
        {
            if (SecretLimits.Refusal(reference.Name, key, value) is not { } refusal)
            {
                return value;
            }

            Missing(field, $"{field}: {refusal}");
            return null;
        }

        private void Missing(string? field, string message) =>
            _problems.Add(new Finding { Reason = Reasons.SecretMissing, Message = message, Field = field });
    }
}
