namespace Drydock.Lab.Databases.Scenarios;

/// <summary>The common parts of the manifests of both engines.</summary>
internal static class ScenarioManifest
{
    /// <summary>Name of the Secret with key and known_hosts.</summary>
    public const string SshSecret = "database-ssh";

    /// <summary>Name of the Secret with the TLS material.</summary>
    public const string TlsSecret = "database-tls";

    /// <summary>Name of the Secret with the engines' client certificate, for hosts that are containers.</summary>
    public const string DockerSecret = "database-docker";

    /// <summary>
    /// The Secret for access to the hosts: key and known_hosts, or a client certificate for the engines.
    /// </summary>
    public static StageSecret Access(IReadOnlyList<LabHost> hosts) => hosts[0].Engine is { } engine
        ? Credentials(DockerSecret, engine.Client)
        : StageSecret.Opaque(SshSecret, ("ssh-privatekey", hosts[0].KeyPem), (
            "known_hosts", string.Concat(hosts.Select(host => host.KnownHostsLine + "\n"))));

    /// <summary>Authority, client certificate and key.</summary>
    public static StageSecret Tls(LabCredentials client) => Credentials(TlsSecret, client);

    private static StageSecret Credentials(string name, LabCredentials client) => StageSecret.Opaque(
        name,
        ("ca.crt", File.ReadAllText(client.AuthorityPath)),
        ("tls.crt", File.ReadAllText(client.CertificatePath)),
        ("tls.key", File.ReadAllText(client.KeyPath)));

    /// <summary>spec.access.</summary>
    public static JsonObject Access(IReadOnlyList<LabHost> hosts, bool sudo)
    {
        var access = new JsonObject { ["user"] = hosts[0].User };
        if (sudo)
        {
            access["become"] = "Sudo";
        }

        if (hosts[0].Engine is null)
        {
            access["keySecretRef"] = new JsonObject { ["name"] = SshSecret };
            access["knownHostsSecretRef"] = new JsonObject { ["name"] = SshSecret };
            return new JsonObject { ["ssh"] = access };
        }

        access["tlsSecretRef"] = new JsonObject { ["name"] = DockerSecret };
        access["hosts"] = new JsonArray([.. hosts.Select(host => (JsonNode)new JsonObject
        {
            ["host"] = host.Address,
            ["endpoint"] = host.Engine!.Endpoint,
            ["container"] = host.Name
        })]);
        return new JsonObject { ["docker"] = access };
    }

    /// <summary>One entry of spec.package.archives, from the directory of a storage.</summary>
    public static JsonObject Archive(string name, string archive, string sha256) => new()
    {
        ["name"] = name,
        ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = Path.GetDirectoryName(archive) } },
        ["path"] = Path.GetFileName(archive),
        ["sha256"] = sha256,
    };

    /// <summary>One entry of spec.processes.</summary>
    public static JsonObject Control(string component, JsonObject control) =>
        new() { ["component"] = component, ["control"] = control };

    /// <summary>Timeouts for the lab's clock, in which a minute of the original is a second.</summary>
    public static JsonObject Timeouts() =>
        new() { ["preflight"] = "1m", ["package"] = "1m", ["swap"] = "1m", ["verify"] = "1m", ["finalize"] = "2m" };

    /// <summary>The complete object.</summary>
    public static JsonObject Of(string space, string name, JsonObject spec) => new()
    {
        ["apiVersion"] = "drydock.dev/v1alpha1",
        ["kind"] = "DatabaseRollingUpgrade",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
        ["spec"] = spec,
    };
}
