namespace Drydock.Lab.Upgrades;

/// <summary>
/// What tests/release.sh applies: a namespace, the Secret of the hosts, and the upgrade of an OMS by an operator that
/// was installed from a release.
/// </summary>
public static class ReleaseManifest
{
    private const string Namespace = "oms", Name = "release";

    /// <param name="oms">The OMS, whose hosts have the new image.</param>
    /// <param name="certificates">Folder with ca.pem, cert.pem and key.pem of a client of the hosts.</param>
    /// <returns>A List of all objects.</returns>
    public static async Task<JsonObject> WriteAsync(
        OmsScenario oms, string certificates, CancellationToken cancellationToken)
    {
        var tls = StageSecret.Opaque(
            "docker-tls",
            ("ca.crt", await File.ReadAllTextAsync(Path.Combine(certificates, "ca.pem"), cancellationToken)),
            ("tls.crt", await File.ReadAllTextAsync(Path.Combine(certificates, "cert.pem"), cancellationToken)),
            ("tls.key", await File.ReadAllTextAsync(Path.Combine(certificates, "key.pem"), cancellationToken)));
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "List",
            ["items"] = new JsonArray(
                new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Namespace",
                    ["metadata"] = new JsonObject { ["name"] = Namespace }
                },
                tls.ToManifest(Namespace),
                new JsonObject
                {
                    ["apiVersion"] = "drydock.dev/v1alpha1",
                    ["kind"] = "OmsUpgrade",
                    ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = Namespace },
                    ["spec"] = Spec(oms, tls.Name),
                }),
        };
    }

    private static JsonObject Spec(OmsScenario oms, string tls) => new()
    {
        ["approval"] = "Automatic",
        ["holdBefore"] = new JsonArray(),
        ["edition"] = "Enterprise",
        ["fromVersion"] = oms.From.ImageVersion,
        ["toVersion"] = oms.To.ImageVersion,
        ["image"] = oms.To.Tag,
        ["discoverFrom"] = oms.Nodes[0].Host.Address,
        ["docker"] = new JsonObject
        {
            ["endpoint"] = "tcp://{hostIP}:2376",
            ["tlsSecretRef"] = new JsonObject { ["name"] = tls }
        },
        ["preflight"] =
            new JsonObject { ["acknowledge"] = new JsonArray("ForwardSwitchoverUnknown", "SyncProjectsWithoutDbType") },
        ["backup"] = new JsonObject
        {
            ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = "/var/lib/drydock/snapshots" } }
        },
    };
}
