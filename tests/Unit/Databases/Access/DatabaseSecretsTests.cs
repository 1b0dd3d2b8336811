namespace Drydock.Tests.Unit.Databases;

/// <summary>The Secrets of an upgrade: what is there, and what is missing.</summary>
public sealed class DatabaseSecretsTests
{
    private readonly FakeKubernetes _api = new(WorldJson.Crds, new ManualTimeProvider());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static DatabaseRollingUpgradeSpec Spec => HostCases.Spec(DatabaseEngine.TiDB) with
    {
        Tls = new DatabaseServiceTls { SecretRef = new SecretReference { Name = "tls" } },
        Tidb = new TiDbSpec
        {
            CredentialsSecretRef = new SecretReference { Name = "sql" },
            Backup = new TiDbBackupSpec
            {
                Storage = new StorageSpec
                {
                    S3 = new S3Storage { CredentialsSecretRef = new SecretReference { Name = "s3" } }
                }
            },
        },
        Yugabyte = new YugabyteSpec
        {
            Replication = new ReplicationSpec
            {
                Groups = [new ReplicationGroup
                {
                    Name = "g1",
                    Peer = new ReplicationPeer { CertsSecretRef = new SecretReference { Name = "peer" } }
                }, new ReplicationGroup { Name = "g2" }],
            },
        },
    };

    [Fact]
    public void SecretReferences_with_shared_secret_list_each_secret_once() =>
        SecretReferences.Names(Spec with
        {
            Access =
                new HostAccess { Ssh = Spec.Access.Ssh! with { KnownHostsSecretRef = Spec.Access.Ssh.KeySecretRef } }
        }).Order(StringComparer.Ordinal).ShouldBe(["key", "peer", "s3", "sql", "tls"]);

    [Fact]
    public async Task ReadAsync_returns_all_material_when_every_secret_exists()
    {
        await StoreAllAsync();

        var secrets = await ReadAsync();

        secrets.Problems.ShouldBeEmpty();
        Encoding.UTF8.GetString(secrets.Ssh.ShouldNotBeNull().KnownHosts.Span).ShouldBe("hosts-1");
        secrets.Tls.ShouldNotBeNull().Certificate.ShouldNotBeNull();
        secrets.Sql.ShouldBe(new SqlLogin("root", "canary-1"));
        secrets.Peers.Keys.ShouldBe(["g1"]);
        secrets.Peers["g1"].Certificate.ShouldBeNull();
    }

    [Fact]
    public async Task DatabaseSecrets_text_never_contains_values_registered_as_confidential()
    {
        await StoreAllAsync();

        var secrets = await ReadAsync();

        foreach (var text in new[]
        {
            secrets.ToString(), secrets.Sql!.ToString(), secrets.Tls!.ToString(), secrets.Ssh!.ToString(),
            secrets.Digest
        })
        {
            text.ShouldNotContain("canary");
        }

        secrets.Confidential.Select(s => s.Reveal()).Order(StringComparer.Ordinal)
            .ShouldBe(["canary-1", "canary-key", "canary-s3", "canary-tls"]);
    }

    [Fact]
    public async Task Login_at_web_interfaces_is_read_and_confidential()
    {
        await StoreAllAsync();
        await StoreAsync("web", ("username", "admin"), ("password", "canary-web"));

        var secrets = await ReadAsync(
            Spec with { Access = Spec.Access with { WebCredentialsSecretRef = new SecretReference { Name = "web" } } });

        secrets.Web.ShouldBe(new ServiceLogin("admin", "canary-web"));
        secrets.Web!.ToString().ShouldNotContain("canary");
        secrets.Confidential.Select(s => s.Reveal()).ShouldContain("canary-web");
    }

    [Fact]
    public async Task Missing_secret_or_key_is_reported_with_its_field()
    {
        await StoreAsync("key", ("ssh-privatekey", "canary-key"));
        await StoreAsync("hosts", ("wrong", "x"));
        await StoreAsync("tls", ("ca.crt", "ca"), ("tls.crt", "c"));

        var secrets = await ReadAsync();

        (secrets.Ssh, secrets.Tls, secrets.Sql, secrets.Peers.Count).ShouldBe((null, null, null, 0));
        secrets.Problems.ShouldAll(p => p.Reason == Reasons.SecretMissing);
        secrets.Problems.Select(p => p.Field).Distinct().ShouldBe(
            [
                "spec.access.ssh.knownHostsSecretRef", "spec.tidb.credentialsSecretRef", "spec.tls.secretRef",
                "spec.yugabyte.replication.groups[g1].peer.certsSecretRef",
                "spec.tidb.backup.storage.s3.credentialsSecretRef"
            ]);
        secrets.Problems.Select(p => p.Message)
            .ShouldContain("Secret hosts (spec.access.ssh.knownHostsSecretRef) lacks the key known_hosts. Add it.");
    }

    [Fact]
    public async Task Docker_tls_keys_are_accepted_in_both_spellings()
    {
        var docker = new ContainerAccess
        {
            TlsSecretRef = new SecretReference { Name = "docker-tls" },
            SshSecretRef = new SecretReference { Name = "docker-ssh" }
        };
        var spec = HostCases.Spec(DatabaseEngine.YugabyteDB) with { Access = new HostAccess { Docker = docker } };
        SecretReferences.Names(spec).Order(StringComparer.Ordinal).ShouldBe(["docker-ssh", "docker-tls"]);
        (await ReadAsync(spec)).Problems.Select(p => (p.Reason, p.Field)).Distinct().ShouldBe(
            [
                (Reasons.SecretMissing, "spec.access.docker.sshSecretRef"),
                (Reasons.SecretMissing, "spec.access.docker.tlsSecretRef")
            ]);

        await StoreAsync("docker-ssh", ("ssh-privatekey", "canary-ssh"), ("known_hosts", "hosts"));
        await StoreAsync("docker-tls", ("ca.pem", "ca"), ("cert.pem", "c"));
        var lacking = await ReadAsync(spec);
        lacking.DockerTls.ShouldBeNull();
        lacking.Problems.ShouldHaveSingleItem().Message.ShouldBeWorded();

        await _api.DeleteAsync<V1Secret>("docker-tls", "ns", cancellationToken: Token);
        await StoreAsync("docker-tls", ("ca.pem", "ca"), ("cert.pem", "c"), ("key.pem", "canary-docker"));
        var secrets = await ReadAsync(spec);
        secrets.Problems.ShouldBeEmpty();
        secrets.Digest.ShouldNotBe(lacking.Digest);
        secrets.DockerTls.ShouldNotBeNull().PrivateKey.ShouldBe("canary-docker");
        secrets.Ssh.ShouldNotBeNull();
        secrets.Confidential.Select(c => c.Reveal()).Order(StringComparer.Ordinal)
            .ShouldBe(["canary-docker", "canary-ssh"]);
        secrets.DockerTls.ToString()!.ShouldNotContain("canary");
    }

    [Fact]
    public async Task Digest_changes_when_a_secret_is_deleted()
    {
        await StoreAllAsync();
        var before = (await ReadAsync()).Digest;
        (await ReadAsync()).Digest.ShouldBe(before);

        await _api.DeleteAsync<V1Secret>("s3", "ns", cancellationToken: Token);

        (await ReadAsync()).Digest.ShouldNotBe(before);
    }

    private async Task StoreAllAsync()
    {
        await StoreAsync("key", ("ssh-privatekey", "canary-key\n"));
        await StoreAsync("hosts", ("known_hosts", "hosts-1"));
        await StoreAsync("tls", ("ca.crt", "ca"), ("tls.crt", "c"), ("tls.key", "canary-tls"));
        await StoreAsync("sql", ("username", "root\n"), ("password", "canary-1\n"));
        await StoreAsync("peer", ("ca.crt", "ca"));
        await StoreAsync("s3", ("accessKey", "a"), ("AWS_SECRET_ACCESS_KEY", "canary-s3"));
    }

    private Task<V1Secret> StoreAsync(string name, params (string Key, string Value)[] data) => _api.CreateAsync(
        new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = name, Namespace = "ns" },
            Data = data.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes(d.Value), StringComparer.Ordinal),
        },
        Token);

    private Task<DatabaseSecrets> ReadAsync(DatabaseRollingUpgradeSpec? spec = null) =>
        DatabaseSecrets.ReadAsync(_api, HostCases.Upgrade(spec ?? Spec), SupportedEngines.All.Of(spec ?? Spec), Token);
}
