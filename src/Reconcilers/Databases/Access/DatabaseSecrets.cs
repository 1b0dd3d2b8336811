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
                ssh.KeySecretRef, "spec.access.ssh.keySecretRef", ssh.KnownHostsSecretRef ?? ssh.KeySecretRef,
                "spec.access.ssh.knownHostsSecretRef")
            : reading.Ssh(docker?.SshSecretRef, "spec.access.docker.sshSecretRef");
        var way = ssh is not null ? "ssh" : "docker";
        var toJump = (ssh?.Jump ?? docker?.Jump)?.SshSecretRef is { } jump
            ? reading.Ssh(jump, $"spec.access.{way}.jump.sshSecretRef")
            : toHosts;
        var dockerTls = reading.DockerTls(docker?.TlsSecretRef, "spec.access.docker.tlsSecretRef");
        var login = engine.Settings.Login(spec);
        var sql = reading.Login(login, engine.Settings.LoginField);
        var tls = spec.Tls is { Web: { } ui }
            ? reading.Tls(ui.SecretRef, "spec.tls.web.secretRef")
            : reading.Tls(spec.Tls?.SecretRef, "spec.tls.secretRef");
        var web = reading.Login(spec.Access.WebCredentialsSecretRef, "spec.access.webCredentialsSecretRef");
        var grafana = reading.Login(spec.Tidb?.Dashboards?.CredentialsSecretRef, GrafanaLoginField);
        var peerLogins = new Dictionary<string, ServiceLogin>(StringComparer.Ordinal);
        var peers = new Dictionary<string, ServiceTlsMaterial>(StringComparer.Ordinal);
        foreach (var group in spec.Yugabyte?.Replication.Groups ?? [])
        {
            if (reading.Tls(
                group.Peer.CertsSecretRef,
                $"spec.yugabyte.replication.groups[{group.Name}].peer.certsSecretRef") is { } material)
            {
                peers[group.Name] = material;
            }

            if (reading.Login(group.Peer.WebCredentialsSecretRef, PeerLoginField(group.Name)) is { } peerLogin)
            {
                peerLogins[group.Name] = peerLogin;
            }
        }

        foreach (var storage in SecretReferences.In(spec)
            .Where(use => use.Keys.Contains(StorageKeys.SecretKey, StringComparer.Ordinal))
            .DistinctBy(use => use.Name, StringComparer.Ordinal))
        {
            reading.HideStorage(storage);
        }

        return new DatabaseSecrets
        {
            Ssh = toHosts,
            Jump = toJump,
            DockerTls = dockerTls,
            Tls = tls,
            Web = web,
            Grafana = grafana is null ? null : grafana with { IsSentUnasked = true },
            PeerLogins = peerLogins,
            Sql = sql is null
                ? null
                : new SqlLogin(
                    sql.User, sql.Password, reading.Optional(login!, engine.Settings.LoginField, SecretKeys.Authority)),
            Peers = peers,
            Digest = used.Digest,
            Problems = reading.Problems,
            Confidential = reading.Confidential,
        };
    }

    private sealed class Reading(string? @namespace, IReadOnlyDictionary<string, V1Secret?> secrets)
    {
        private readonly List<Finding> _problems = [];
        private readonly List<Secret> _confidential = [];

        public IReadOnlyList<Finding> Problems => _problems;
        public IReadOnlyList<Secret> Confidential => _confidential;

        private byte[]? Required(SecretReference reference, string field, string key)
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

        /// <summary>A login; null also if the spec names no Secret.</summary>
        public ServiceLogin? Login(SecretReference? reference, string field)
        {
            var user = reference is null ? null : Required(reference, field, UserName);
            var password = reference is null ? null : Required(reference, field, Password);
            Hide(password);
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
                var material = new SshMaterial(key, knownHosts, Optional(keys, field, SshMaterial.PassphraseKey));
                Hide(material.PrivateKey.ToArray(), material.Passphrase.ToArray());
                return material;
            }
            catch (RemoteException exception)
            {
                // The message names keys, never a value.
                Missing(field, $"Secret {keys.Name} ({field}): {exception.Message}");
                return null;
            }
        }

        /// <summary>TLS of HTTP interfaces; null also if the spec names no Secret.</summary>
        public ServiceTlsMaterial? Tls(SecretReference? reference, string field)
        {
            if (reference is null || Required(reference, field, SecretKeys.Authority) is not { } authority)
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

            Hide(key);
            return new ServiceTlsMaterial(authority, certificate, key);
        }

        /// <summary>TLS of Docker engines; null also if the spec names no Secret.</summary>
        public DockerTlsMaterial? DockerTls(SecretReference? reference, string field)
        {
            if (reference is null
                || Find(reference.Name, field, "keys ca.crt, tls.crt and tls.key, or ca.pem, cert.pem and key.pem")
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
                var material = DockerTlsMaterial.FromSecretData(secret.Values);
                Hide(Encoding.UTF8.GetBytes(material.PrivateKey));
                return material;
            }
            catch (DockerEndpointException exception)
            {
                // The message names keys, never a value.
                Missing(field, $"Secret {reference.Name} ({field}): {exception.Message}");
                return null;
            }
        }

        /// <summary>A storage reads its Secret itself; it must exist.</summary>
        public void HideStorage(SecretUse use)
        {
            if (Find(use.Name, use.Field, "keys accessKey and secretKey") is { } secret)
            {
                Hide([.. StorageKeys.Confidential.Select(key => secret.Values.GetValueOrDefault(key))]);
            }
        }

        private void Hide(params byte[]?[] values) =>
            _confidential.AddRange(values.Select(SecretText.Of).OfType<string>().Select(text => new Secret(text)));

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
