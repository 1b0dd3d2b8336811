using Finding = Drydock.Crds.Common.Finding;

namespace Drydock.Reconcilers.Databases;

/// <summary>The Secrets an upgrade refers to, as read at one moment. A missing or unusable value is null and is listed
/// in <see cref="Problems"/>.</summary>
internal sealed record DatabaseSecrets
{
    private const string Certificate = "tls.crt";
    private const string CertificateKey = "tls.key";
    private const string UserName = "username";
    private const string Password = "password";

    /// <summary>The private key for the hosts and their host keys, or those of Docker engines at ssh:// endpoints; null
    /// also if the spec names no Secret.</summary>
    public SshMaterial? Ssh { get; init; }

    public SshMaterial? Jump { get; init; }

    /// <summary>The client certificate for Docker engines whose containers are the hosts; null also if the spec names
    /// no Secret.</summary>
    public DockerTlsMaterial? DockerTls { get; init; }

    /// <summary>TLS of the processes' HTTP interfaces; null also if the spec has no TLS for them.</summary>
    public ServiceTlsMaterial? Tls { get; init; }

    /// <summary>The login at the SQL port of TiDB, or of YugabyteDB's tablet servers; null also if the spec names no
    /// Secret.</summary>
    public SqlLogin? Sql { get; init; }

    /// <summary>The login at the processes' HTTP interfaces; null also if the spec names no Secret.</summary>
    public ServiceLogin? Web { get; init; }

    /// <summary>The login at Grafana; null also if the spec names no Secret.</summary>
    public ServiceLogin? Grafana { get; init; }

    /// <summary>Logins at the HTTP interfaces of peer clusters of replication, by the name of the group; peers without
    /// one are omitted.</summary>
    public IReadOnlyDictionary<string, ServiceLogin> PeerLogins { get; init; } =
        new Dictionary<string, ServiceLogin>(StringComparer.Ordinal);

    /// <summary>TLS material for peer clusters of replication, by the name of the group; peers without TLS are
    /// omitted.</summary>
    public IReadOnlyDictionary<string, ServiceTlsMaterial> Peers { get; init; } =
        new Dictionary<string, ServiceTlsMaterial>(StringComparer.Ordinal);

    /// <summary>Changes whenever a value that the upgrade uses does, and with nothing else.</summary>
    public string Digest { get; init; } = "";

    public IReadOnlyList<Finding> Problems { get; init; } = [];

    /// <summary>Values that must not be shown anywhere.</summary>
    public IReadOnlyList<Secret> Confidential { get; init; } = [];

    public static async Task<DatabaseSecrets> ReadAsync(
        IKubernetesClient kubernetes, DatabaseRollingUpgrade upgrade, IDatabaseEngine engine,
        CancellationToken cancellationToken) =>
        Of(
            upgrade, engine,
            await SecretUses.ReadAsync(
                kubernetes, SecretReferences.In(upgrade.Spec), upgrade.Metadata.Namespace, cancellationToken));

    public const string GrafanaLoginField = "spec.tidb.dashboards.credentialsSecretRef";

    public static string PeerLoginField(string group) =>
        $"spec.yugabyte.replication.groups[{group}].peer.webCredentialsSecretRef";

    // Never shows a value.
    public override string ToString() => "secrets of a database (not shown)";

    private static DatabaseSecrets Of(DatabaseRollingUpgrade upgrade, IDatabaseEngine engine, UsedSecrets used)
    {
        var spec = upgrade.Spec;
        var reading = new Reading(upgrade.Metadata.Namespace, used.Secrets);
        var (ssh, docker) = (spec.Access.Ssh, spec.Access.Docker);
        var toHosts = ssh is not null
            ? reading.Ssh(
                ssh.KeySecretRef, "spec.access.ssh.keySecretRef", ssh.KnownHostsSecretRef,
                "spec.access.ssh.knownHostsSecretRef")
            : reading.Ssh(docker?.SshSecretRef, "spec.access.docker.sshSecretRef");
        var way = ssh is not null ? "ssh" : "docker";
        var toJump = (ssh?.Jump ?? docker?.Jump)?.SshSecretRef is { } jump
            ? reading.Ssh(jump, $"spec.access.{way}.jump.sshSecretRef")
            : toHosts;
        var dockerTls = docker?.TlsSecretRef is { } certificate
            ? reading.DockerTls(certificate, "spec.access.docker.tlsSecretRef")
            : null;
        var (login, loginField) = (engine.Login(spec), engine.LoginField);
        var user = login is null ? null : reading.Required(login, loginField, UserName);
        var password = login is null ? null : reading.Required(login, loginField, Password);
        var tls = spec.Tls switch
        {
            { Web: { } ui } => reading.Tls(ui.SecretRef, "spec.tls.web.secretRef"),
            { SecretRef: { } reference } => reading.Tls(reference, "spec.tls.secretRef"),
            _ => null,
        };
        var web = reading.Login(spec.Access.WebCredentialsSecretRef, "spec.access.webCredentialsSecretRef");
        var grafana = reading.Login(spec.Tidb?.Dashboards?.CredentialsSecretRef, GrafanaLoginField);
        var peerLogins = new Dictionary<string, ServiceLogin>(StringComparer.Ordinal);
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

            if (reading.Login(group.Peer.WebCredentialsSecretRef, PeerLoginField(group.Name)) is { } peerLogin)
            {
                peerLogins[group.Name] = peerLogin;
            }
        }

        var storages = SecretReferences.In(spec)
            .Where(use => use.Keys.Contains(StorageKeys.SecretKey, StringComparer.Ordinal));
        var storageKeys = storages.DistinctBy(use => use.Name, StringComparer.Ordinal)
            .SelectMany(reading.StorageKeysOf)
            .ToList();

        return new DatabaseSecrets
        {
            Ssh = toHosts,
            Jump = toJump,
            DockerTls = dockerTls,
            Tls = tls,
            Web = web,
            Grafana = grafana is null ? null : grafana with { IsSentUnasked = true },
            PeerLogins = peerLogins,
            Sql = user is null || password is null
                ? null
                : new SqlLogin(
                    SecretText.Of(user)!, SecretText.Of(password)!,
                    reading.Optional(login!, loginField, SecretKeys.Authority)),
            Peers = peers,
            Digest = used.Digest,
            Problems = reading.Problems,
            Confidential =
            [
                .. new[] { password, dockerTls is null ? null : Encoding.UTF8.GetBytes(dockerTls.PrivateKey), tls?.Key }
                    .Concat(peers.Values.Select(p => p.Key))
                    .Concat(new[] { toHosts, toJump }.OfType<SshMaterial>().Distinct().SelectMany(KeysOf))
                    .OfType<byte[]>()
                    .Concat(storageKeys)
                    .Select(SecretText.Of)
                    .Concat(peerLogins.Values.Append(web).Append(grafana).Select(l => l?.Password))
                    .OfType<string>()
                    .Select(text => new Secret(text)),
            ],
        };
    }

    private static IEnumerable<byte[]> KeysOf(SshMaterial ssh) => [ssh.PrivateKey.ToArray(), ssh.Passphrase.ToArray()];

    private sealed class Reading(string? @namespace, IReadOnlyDictionary<string, V1Secret?> secrets)
    {
        private readonly List<Finding> _problems = [];

        public IReadOnlyList<Finding> Problems => _problems;

        public byte[]? Required(SecretReference reference, string field, string key)
        {
            if (Find(reference.Name, field, $"key {key}") is not { } secret)
            {
                return null;
            }

            if (secret.Values.GetValueOrDefault(key) is { } value && SecretText.Of(value) is not null)
            {
                return Taken(reference, field, key, value);
            }

            Missing(field, $"Secret {reference.Name} ({field}) lacks the key {key}. Add it.");
            return null;
        }

        public byte[]? Optional(SecretReference reference, string field, string key) =>
            secrets.GetValueOrDefault(reference.Name)?.Values.GetValueOrDefault(key) is { } value
                && SecretText.Of(value) is not null
                ? Taken(reference, field, key, value)
                : null;

        /// <summary>A login at HTTP interfaces; null also if the spec names no Secret.</summary>
        public ServiceLogin? Login(SecretReference? reference, string field)
        {
            var user = reference is null ? null : Required(reference, field, UserName);
            var password = reference is null ? null : Required(reference, field, Password);
            return user is null || password is null
                ? null
                : new ServiceLogin(SecretText.Of(user)!, SecretText.Of(password)!);
        }

        /// <summary>A key, its passphrase and known hosts; null also if the spec names no Secret.</summary>
        public SshMaterial? Ssh(
            SecretReference? keys, string field, SecretReference? hosts = null, string? hostsField = null)
        {
            if (keys is null)
            {
                return null;
            }

            var key = Required(keys, field, SshMaterial.PrivateKeyKey);
            var knownHosts = Required(hosts ?? keys, hostsField ?? field, SshMaterial.KnownHostsKey);
            if (key is null || knownHosts is null)
            {
                return null;
            }

            try
            {
                return new SshMaterial(key, knownHosts, Optional(keys, field, SshMaterial.PassphraseKey));
            }
            catch (RemoteException exception)
            {
                // The message names keys, never a value.
                Missing(field, $"Secret {keys.Name} ({field}): {exception.Message}");
                return null;
            }
        }

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
            if (Find(reference.Name, field, "keys ca.crt, tls.crt and tls.key, or ca.pem, cert.pem and key.pem")
                is not { } secret)
            {
                return null;
            }

            if (SecretLimits.Refusal(reference.Name, secret.Values, DockerTlsMaterial.SecretKeys) is { } refusal)
            {
                Missing(field, $"{field}: {refusal}");
                return null;
            }

            try
            {
                return DockerTlsMaterial.FromSecretData(secret.Values);
            }
            catch (DockerEndpointException exception)
            {
                // The message names keys, never a value.
                Missing(field, $"Secret {reference.Name} ({field}): {exception.Message}");
                return null;
            }
        }

        // What no text may contain of a storage's Secret, which must exist.
        public IEnumerable<byte[]> StorageKeysOf(SecretUse use) =>
            Find(use.Name, use.Field, "keys accessKey and secretKey") is { } secret
                ? StorageKeys.Confidential.Select(key => secret.Values.GetValueOrDefault(key)).OfType<byte[]>()
                : [];

        private V1Secret? Find(string name, string? field, string keys)
        {
            if (secrets.GetValueOrDefault(name) is { } secret)
            {
                return secret;
            }

            Missing(
                field,
                $"Secret {name} ({field}) does not exist in namespace {@namespace}. Create it with the {keys}.");
            return null;
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

/// <summary>A login at the SQL port.</summary>
/// <param name="Ca">The authority of the server's certificate as PEM, where the Secret has one (ca.crt).</param>
internal sealed record SqlLogin(string User, string Password, byte[]? Ca = null)
{
    public override string ToString() => $"{User} (password not shown)";
}

/// <summary>TLS towards the HTTP interfaces of a database's processes, as PEM.</summary>
/// <param name="Ca">The only authority that is trusted.</param>
/// <param name="Certificate">Our certificate, where the servers want one.</param>
internal sealed record ServiceTlsMaterial(byte[] Ca, byte[]? Certificate, byte[]? Key)
{
    /// <summary>A fixed text, so that no secret is printed.</summary>
    public override string ToString() =>
        Certificate is null ? "an authority" : "an authority, a certificate and its key (not shown)";
}

/// <summary>A login at the HTTP interfaces of a database's processes, or at a proxy before them.</summary>
internal sealed record ServiceLogin(string User, string Password)
{
    /// <summary>Whether every request has the login, as Grafana wants it, which asks for none. Only where the
    /// connection crosses no network unencrypted.</summary>
    public bool IsSentUnasked { get; init; }

    public override string ToString() => $"{User} (password not shown)";
}
