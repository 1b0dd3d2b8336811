using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>Where a spec leads the Docker client, and with what.</summary>
internal static class EndpointsBench
{
    private const string Tls = """{"endpoint":"tcp://{hostIP}:2376","tlsSecretRef":{"name":"tls"} }""";
    private const string Ssh =
        """{"endpoint":"ssh://drydock@{hostIP}","sshSecretRef":{"name":"ssh"},"jump":{"host":"b","user":"ops","sshSecretRef":{"name":"root"} } }""";

    public static IEnumerable<FieldProof> All { get; } =
    [
        OfAll("endpoint", Tls, docker => docker["endpoint"] = "tcp://{name}:2376"),
        OfAll("tlsSecretRef.name", Tls, docker => docker["tlsSecretRef"]!["name"] = "other"),
        OfAll("insecure", """{"endpoint":"tcp://{hostIP}:2375"}""", docker => docker["insecure"] = true),
        OfAll("sshSecretRef.name", Ssh, docker => docker["sshSecretRef"]!["name"] = "other"),
        .. OverSsh(OfAll),
        .. OverSsh(OfNode),
    ];

    private static IEnumerable<FieldProof> OverSsh(Func<string, string, Action<JsonNode>, FieldProof> of) =>
    [
        of("become", Ssh, docker => docker["become"] = "Sudo"),
        of("jump.host", Ssh, docker => docker["jump"]!["host"] = "other.example"),
        of("jump.port", Ssh, docker => docker["jump"]!["port"] = 2222),
        of("jump.user", Ssh, docker => docker["jump"]!["user"] = "other"),
        of("jump.sshSecretRef.name", Ssh, docker => docker["jump"]!["sshSecretRef"]!["name"] = "other"),
    ];

    private static FieldProof OfAll(string field, string docker, Action<JsonNode> change) =>
        Reaches($"docker.{field}", docker, change, (spec, access) =>
        {
            spec["docker"] = access;
            foreach (var node in spec["regions"]!.AsArray().SelectMany(region => region!["nodes"]!.AsArray()))
            {
                node!.AsObject().Remove("docker");
            }
        });

    private static FieldProof OfNode(string field, string docker, Action<JsonNode> change) =>
        Reaches($"regions[].nodes[].docker.{field}", docker, change, (spec, access) => spec.Node()["docker"] = access);

    private static FieldProof Reaches(
        string field, string docker, Action<JsonNode> change, Action<JsonObject, JsonNode> put) =>
        new(OmsUpgrade.KindName, field, () =>
        {
            var (before, after) = (JsonNode.Parse(docker)!, JsonNode.Parse(docker)!);
            change(after);
            var (first, second) = (Read(before, put), Read(after, put));
            Reached(first).ShouldNotBe(Reached(second));
            FieldClasses.Hash(second, FieldClass.Access).ShouldNotBe(FieldClasses.Hash(first, FieldClass.Access));
            FieldClasses.Hash(second, FieldClass.Identity).ShouldBe(FieldClasses.Hash(first, FieldClass.Identity));
            return Task.CompletedTask;
        });

    private static Drydock.Crds.OmsUpgrades.OmsUpgradeSpec Read(JsonNode docker, Action<JsonObject, JsonNode> put)
    {
        var spec = JsonSerializer.SerializeToNode(new OmsWorld().Spec(), CrdsJsonContext.Default.OmsUpgradeSpec)!
            .AsObject();
        put(spec, docker);
        return JsonSerializer.Deserialize(spec.ToJsonString(), CrdsJsonContext.Default.OmsUpgradeSpec)!;
    }

    private static string Reached(Drydock.Crds.OmsUpgrades.OmsUpgradeSpec spec)
    {
        var upgrade = new OmsUpgrade { Metadata = new V1ObjectMeta { Name = "up", Namespace = "oms" }, Spec = spec };
        var secrets = SecretReferences.Names(spec).ToDictionary(name => name, Secret, StringComparer.Ordinal);
        var endpoints = new NodeEndpoints(upgrade, new UsedSecrets(secrets));
        return string.Join(
            '\n', spec.Regions.SelectMany(region => region.Nodes).Select(node => Show(endpoints.Of(node))));
    }

    private static string Show(DockerEndpoint endpoint) =>
        $"{endpoint} root {endpoint.AsRoot} insecure {endpoint.Insecure} tls {endpoint.Tls?.PrivateKey ?? "-"} ssh "
        + $"{Show(endpoint.Ssh)} jump {endpoint.Jump} {Show(endpoint.Jump?.Material)}";

    private static string Show(SshMaterial? material) => $"{Text(material?.PrivateKey)} {Text(material?.KnownHosts)}";

    private static string Text(ReadOnlyMemory<byte>? value) =>
        value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "-";

    private static V1Secret? Secret(string name) => new()
    {
        Data = OmsWorld.Bytes(
            ("ca.crt", "ca"), ("tls.crt", "crt"), ("tls.key", $"key of {name}"), ("ssh-privatekey", $"key of {name}"),
            ("known_hosts", $"hosts of {name}")),
    };
}
