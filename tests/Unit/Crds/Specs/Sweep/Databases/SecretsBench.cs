namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>
/// What the operator reads of the Secrets of a spec. There are those named ssh, root, tls, s3 and other, each with
/// everything in it; no others.
/// </summary>
internal static class SecretsBench
{
    private const string Space = "db";

    /// <summary>The upgrade of a spec.</summary>
    public static DatabaseRollingUpgrade Upgrade(DatabaseRollingUpgradeSpec spec) =>
        new() { Metadata = new V1ObjectMeta { Name = "up", Namespace = Space, Uid = "1" }, Spec = spec };

    /// <summary>The Secrets as they are read.</summary>
    public static async Task<DatabaseSecrets> ReadAsync(DatabaseRollingUpgradeSpec spec) =>
        await DatabaseSecrets.ReadAsync(
            await ApiAsync(), Upgrade(spec), SupportedEngines.All.Of(spec), CancellationToken.None);

    /// <summary>Everything that is taken from them, and what is missing.</summary>
    public static async Task<string> TakenAsync(DatabaseRollingUpgradeSpec spec)
    {
        var secrets = await ReadAsync(spec);
        return string.Join(
            '\n',
            [
                $"key {Text(secrets.Ssh?.PrivateKey.ToArray())}", $"hosts {Text(secrets.Ssh?.KnownHosts.ToArray())}",
                $"tls {Text(secrets.Tls?.Ca)}", $"login {secrets.Sql?.User} {secrets.Sql?.Password}",
                .. secrets.Peers.Select(p => $"peer {p.Key} {Text(p.Value.Ca)}"),
                $"web {secrets.Web?.User} {secrets.Web?.Password}",
                $"grafana {secrets.Grafana?.User} {secrets.Grafana?.Password}",
                .. secrets.PeerLogins.Select(p => $"peer {p.Key} {p.Value.User}"),
                .. secrets.Problems.Select(p => $"{p.Field} {p.Message}"),
            ]);
    }

    /// <summary>By what the operator notices that it has to bind its targets anew.</summary>
    public static async Task<string> BoundByAsync(DatabaseRollingUpgradeSpec spec)
    {
        // Only the API server is asked: what the other services are does not matter.
        var services = new DatabaseServices
        {
            Engines = SupportedEngines.All,
            Endpoints = EndpointPolicy.Unrestricted,
            Kubernetes = await ApiAsync(),
            Hosts = null!,
            Storages = null!,
            SnapshotChanges = null!,
            Claims = null!,
            Fence = null!,
            Events = null!,
            Time = TimeProvider.System,
            Loggers = null!,
        };
        return (await DatabaseRunTargets.BindAsync(Upgrade(spec), services, CancellationToken.None)).AccessKey;
    }

    private static async Task<FakeKubernetes> ApiAsync()
    {
        var api = new FakeKubernetes(Rolls.Options, new ManualTimeProvider());
        foreach (var name in new[] { "ssh", "root", "tls", "s3", "other" })
        {
            await api.CreateAsync(new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = name, Namespace = Space },
                Data = OmsWorld.Bytes(
                    ("ssh-privatekey", $"key of {name}"),
                    ("known_hosts", $"hosts of {name}"),
                    ("username", name),
                    ("password", $"not-a-password-{name}"),
                    ("ca.crt", $"authority of {name}"),
                    ("tls.crt", $"certificate of {name}"),
                    ("tls.key", $"not-a-key-{name}"),
                    ("accessKey", name),
                    ("secretKey", $"not-a-secret-{name}")),
            });
        }

        return api;
    }

    private static string Text(byte[]? value) => value is null ? "-" : Encoding.UTF8.GetString(value);
}
