using System.Text.Json.Nodes;
using Drydock.Lab.Hosts;
using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Databases.Scenarios;

/// <summary>What the manifests of both engines have in common.</summary>
internal static class ScenarioManifest
{
    /// <summary>Name of the Secret with key and known_hosts.</summary>
    public const string SshSecret = "database-ssh";

    /// <summary>Name of the Secret with the TLS material.</summary>
    public const string TlsSecret = "database-tls";

    /// <summary>key and known_hosts of some hosts.</summary>
    public static StageSecret Ssh(IReadOnlyList<LabHost> hosts) =>
        StageSecret.Opaque(SshSecret, ("ssh-privatekey", hosts[0].KeyPem), ("known_hosts", string.Concat(hosts.Select(host => host.KnownHostsLine + "\n"))));

    /// <summary>Authority, client certificate and key.</summary>
    public static StageSecret Tls(LabCredentials client) => StageSecret.Opaque(
        TlsSecret,
        ("ca.crt", File.ReadAllText(client.AuthorityPath)),
        ("tls.crt", File.ReadAllText(client.CertificatePath)),
        ("tls.key", File.ReadAllText(client.KeyPath)));

    /// <summary>spec.access.</summary>
    public static JsonObject Access(LabHost host, bool sudo)
    {
        var access = new JsonObject
        {
            ["user"] = host.User,
            ["keySecretRef"] = new JsonObject { ["name"] = SshSecret },
            ["knownHostsSecretRef"] = new JsonObject { ["name"] = SshSecret },
        };
        if (sudo)
        {
            access["become"] = "Sudo";
        }

        return new JsonObject { ["ssh"] = access };
    }

    /// <summary>One entry of spec.package.archives: from a storage's directory.</summary>
    public static JsonObject Archive(string name, string archive, string sha256) => new()
    {
        ["name"] = name,
        ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = Path.GetDirectoryName(archive) } },
        ["path"] = Path.GetFileName(archive),
        ["sha256"] = sha256,
    };

    /// <summary>One entry of spec.control.</summary>
    public static JsonObject Control(string component, JsonObject control) => new() { ["component"] = component, ["control"] = control };

    /// <summary>Timeouts that fit the lab's clock, in which a minute of the original is a second.</summary>
    public static JsonObject Timeouts() => new() { ["preflight"] = "1m", ["package"] = "1m", ["swap"] = "1m", ["verify"] = "1m", ["finalize"] = "2m" };

    /// <summary>The object.</summary>
    public static JsonObject Of(string space, string name, JsonObject spec) => new()
    {
        ["apiVersion"] = "drydock.dev/v1alpha1",
        ["kind"] = "DatabaseRollingUpgrade",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
        ["spec"] = spec,
    };
}
