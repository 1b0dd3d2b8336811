using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Drydock.Lab;
using Shouldly;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Drydock.Tests.Integration.Install;

/// <summary>
/// The chart, rendered by Go's text/template as helm does, against the manifests that kubectl 1.20 renders.
/// </summary>
public sealed class ChartRenderingTests(LabFixture lab)
{
    private const string Go = "/usr/lib/go-1.19/bin/go";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("default", "[]")]
    [InlineData("namespaced", """["drydock-system-too"]""")]
    public async Task Chart_installs_the_same_objects_as_kustomize(string variant, string watchNamespaces)
    {
        var plane = await lab.ControlPlaneAsync();
        var manifests = Read(await plane.KubectlAsync(["kustomize", Repository.PathOf("config", variant)], cancellationToken: Token))
            .Where(o => Kind(o) != "Namespace").Select(Bare).Order(StringComparer.Ordinal).ToList();
        var values = Values();
        values["watchNamespaces"] = JsonNode.Parse(watchNamespaces);

        var chart = (await RenderAsync(values)).Select(Bare).Order(StringComparer.Ordinal).ToList();

        chart.Select(text => text.Replace("=drydock-system-too", "=$(POD_NAMESPACE)", StringComparison.Ordinal).Replace("drydock-system-too", "drydock-system", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).ShouldBe(manifests);
    }

    [Fact]
    public async Task Chart_with_namespaces_grants_no_cluster_right_on_Secrets()
    {
        var values = Values();
        values["watchNamespaces"] = JsonNode.Parse("""["team-a","team-b"]""");

        var rendered = await RenderAsync(values);

        rendered.Where(o => Kind(o) is "Role" or "RoleBinding").Select(o => $"{Kind(o)} {o["metadata"]!["namespace"]} {o["metadata"]!["name"]}").Order(StringComparer.Ordinal).ShouldBe(
        [
            "Role drydock-system-too drydock-operator-leases", "Role team-a drydock-operator", "Role team-b drydock-operator",
            "RoleBinding drydock-system-too drydock-operator-leases", "RoleBinding team-a drydock-operator", "RoleBinding team-b drydock-operator",
        ]);
        var bound = rendered.Where(o => Kind(o) == "ClusterRoleBinding").ShouldHaveSingleItem()["roleRef"]!["name"]!.GetValue<string>();
        rendered.Single(o => Kind(o) == "ClusterRole" && o["metadata"]!["name"]!.GetValue<string>() == bound)["rules"]!.AsArray()
            .ShouldHaveSingleItem()!["resourceNames"]!.AsArray().Count.ShouldBe(4);
        rendered.Where(o => Kind(o) == "ClusterRole").ShouldAllBe(o => !o["rules"]!.ToJsonString().Contains("secrets", StringComparison.Ordinal));
        var arguments = rendered.Single(o => Kind(o) == "Deployment")["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray().Select(a => a!.GetValue<string>());
        arguments.Where(a => a.StartsWith("--watch", StringComparison.Ordinal)).ShouldBe(["--watch-namespace=team-a", "--watch-namespace=team-b"]);
    }

    [Fact]
    public async Task Chart_contains_CRDs_and_user_roles_unless_disabled()
    {
        var rendered = await RenderAsync(Values());
        var crds = rendered.Where(o => Kind(o) == "CustomResourceDefinition").ToList();
        crds.Count.ShouldBe(4);
        crds.ShouldAllBe(c => c["metadata"]!["annotations"]!["helm.sh/resource-policy"]!.GetValue<string>() == "keep");
        crds.ShouldAllBe(c => c["metadata"]!["annotations"]!["drydock.dev/schema"]!.GetValue<string>().Length > 0);
        rendered.Where(o => Kind(o) == "ClusterRole").SelectMany(o => o["metadata"]!["labels"]!.AsObject().Select(l => l.Key))
            .Where(l => l.StartsWith("rbac.", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Count().ShouldBe(3);

        var values = Values();
        values["crds"]!["create"] = false;
        values["rbac"]!["aggregate"] = false;
        var without = await RenderAsync(values);

        without.Count.ShouldBe(rendered.Count - 7);
        without.ShouldAllBe(o => Kind(o) != "CustomResourceDefinition");
    }

    [Fact]
    public async Task NetworkPolicy_opens_pod_port_to_named_peers_only()
    {
        var values = Values();
        values["networkPolicy"]!["enabled"] = true;
        values["networkPolicy"]!["from"] = JsonNode.Parse("""[{"namespaceSelector":{"matchLabels":{"team":"sre"}}}]""");

        var rendered = await RenderAsync(values);

        var policy = rendered.Single(o => Kind(o) == "NetworkPolicy")["spec"]!;
        var pod = rendered.Single(o => Kind(o) == "Deployment")["spec"]!["template"]!;
        policy["podSelector"]!["matchLabels"]!.AsObject().ShouldAllBe(l => pod["metadata"]!["labels"]![l.Key]!.ToJsonString() == l.Value!.ToJsonString());
        var rule = policy["ingress"]!.AsArray().ShouldHaveSingleItem()!;
        rule["ports"]![0]!["port"]!.GetValue<long>().ShouldBe(pod["spec"]!["containers"]![0]!["ports"]![0]!["containerPort"]!.GetValue<long>());
        rule["from"]!.ToJsonString().ShouldContain("sre");
        policy["policyTypes"]!.ToJsonString().ShouldBe("""["Ingress"]""");
    }

    [Fact]
    public async Task Overlay_for_further_namespace_works_with_kubectl_1_20()
    {
        var plane = await lab.ControlPlaneAsync();
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs", "install.md"), Token);
        var blocks = page.Split("```").Where((_, index) => index % 2 == 1).ToList();
        var script = string.Join('\n', new[] { "cat > kustomization.yaml", "--watch-namespace=team-a" }.Select(mark => blocks.Single(b => b.Contains(mark, StringComparison.Ordinal))));
        var folder = Directory.CreateTempSubdirectory("drydock-overlay-").FullName;
        try
        {
            var config = Path.Combine(folder, "config");
            await Shell.RunAsync("cp", ["-r", Repository.PathOf("config"), config], cancellationToken: Token);
            var path = $"{Path.GetDirectoryName(plane.KubectlPath)}:{Environment.GetEnvironmentVariable("PATH")}";
            var rendered = Read(await Shell.RunAsync(
                "bash", ["-euc", $"cd '{folder}'\n{Regex.Replace(script, "kubectl apply -k ([a-z.-]+)", "kubectl kustomize $1; echo ---")}"],
                environment: new Dictionary<string, string?>(StringComparer.Ordinal) { ["PATH"] = path }, cancellationToken: Token));

            // The first block applies the installation for all namespaces, the second the one for some.
            var last = rendered.Skip(rendered.ToList().FindLastIndex(o => Kind(o) == "Namespace")).ToList();
            last.Single(o => Kind(o) == "Deployment")["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.ToJsonString().ShouldContain("--watch-namespace=team-a");
            last.Where(o => Kind(o) == "RoleBinding" && o["metadata"]!["namespace"]!.GetValue<string>() == "team-a").ShouldHaveSingleItem()["subjects"]![0]!["namespace"]!
                .GetValue<string>().ShouldBe("drydock-system");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task API_server_accepts_rendered_chart()
    {
        var plane = await lab.ControlPlaneAsync();
        var values = Values();
        values["watchNamespaces"] = JsonNode.Parse("""["only-here","and-here"]""");
        values["user"] = 1000660000;
        values["hostNetwork"] = true;
        values["imagePullSecrets"] = JsonNode.Parse("""[{"name":"pull"}]""");
        values["nodeSelector"] = JsonNode.Parse("""{"disk":"fast"}""");
        values["tolerations"] = JsonNode.Parse("""[{"key":"k","operator":"Exists"}]""");
        values["podAnnotations"] = JsonNode.Parse("""{"a":"b"}""");
        values["snapshots"]!["existingClaim"] = "mine";
        values["images"]!["storageClassName"] = "slow";

        var rendered = await RenderAsync(values);
        var deployment = rendered.Single(o => Kind(o) == "Deployment");
        var pod = deployment["spec"]!["template"]!["spec"]!;

        rendered.Where(o => Kind(o) == "PersistentVolumeClaim").Select(o => o["spec"]!["storageClassName"]!.GetValue<string>()).ShouldBe(["slow"]);
        pod["volumes"]!.ToJsonString().ShouldContain("\"claimName\":\"mine\"");
        pod["containers"]![0]!["args"]!.ToJsonString().ShouldContain("--watch-namespace=only-here");
        foreach (var space in new[] { "drydock-system-too", "only-here", "and-here" })
        {
            await plane.KubectlAsync(["create", "namespace", space], cancellationToken: Token);
        }

        var list = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. rendered]) };
        var answer = await plane.KubectlAsync(["apply", "--validate=false", "--dry-run=server", "-f", "-"], list.ToJsonString(), Token);
        answer.ShouldContain("deployment.apps/drydock-operator created (server dry run)");
    }

    [Fact]
    public async Task ServiceMonitor_is_rendered_only_on_request()
    {
        (await RenderAsync(Values())).ShouldAllBe(o => Kind(o) != "ServiceMonitor" && Kind(o) != "Service");

        var values = Values();
        values["metrics"]!["serviceMonitor"]!["enabled"] = true;
        values["metrics"]!["serviceMonitor"]!["labels"] = JsonNode.Parse("""{"team":"dba"}""");
        var rendered = await RenderAsync(values);

        var monitor = rendered.Single(o => Kind(o) == "ServiceMonitor");
        var service = rendered.Single(o => Kind(o) == "Service");
        monitor["metadata"]!["labels"]!["team"]!.GetValue<string>().ShouldBe("dba");
        monitor["spec"]!["selector"]!["matchLabels"]!.AsObject().ShouldAllBe(l => service["metadata"]!["labels"]![l.Key]!.ToJsonString() == l.Value!.ToJsonString());
        service["spec"]!["selector"]!.ToJsonString().ShouldBe(
            rendered.Single(o => Kind(o) == "Deployment")["spec"]!["selector"]!["matchLabels"]!.ToJsonString());
    }

    private static JsonNode Values() =>
        Read(File.ReadAllText(Repository.PathOf("charts", "drydock", "values.yaml"))).Single();

    private static async Task<IReadOnlyList<JsonNode>> RenderAsync(JsonNode values)
    {
        var chart = Read(await File.ReadAllTextAsync(Repository.PathOf("charts", "drydock", "Chart.yaml"), Token)).Single();
        var data = new JsonObject
        {
            ["Values"] = values.DeepClone(),
            ["Release"] = new JsonObject { ["Name"] = "drydock", ["Namespace"] = "drydock-system-too", ["Service"] = "Helm" },
            ["Chart"] = new JsonObject { ["Name"] = chart["name"]!.DeepClone(), ["AppVersion"] = chart["appVersion"]!.DeepClone() },
        };
        var templates = Directory.EnumerateFiles(Repository.PathOf("charts", "drydock", "templates"), "*.yaml").Order(StringComparer.Ordinal);
        var rendered = await Shell.RunAsync(
            Go,
            ["run", Repository.PathOf("tests", "Integration", "Install", "render", "main.go"), .. templates],
            data.ToJsonString(),
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["GO111MODULE"] = "off",
                ["CGO_ENABLED"] = "0",
                ["GOCACHE"] = Path.Combine(Recipes.CacheFolder, "go-build"),
                ["GOFLAGS"] = null,
            },
            cancellationToken: Token);
        return Read(rendered);
    }

    private static string Kind(JsonNode node) => node["kind"]!.GetValue<string>();

    // Without what an installer adds to say that a thing is its own.
    private static string Bare(JsonNode node)
    {
        var bare = node.DeepClone();
        foreach (var described in new[] { bare, bare["spec"]?["template"] }.OfType<JsonNode>())
        {
            described["metadata"]!.AsObject().Remove("labels");
            described["metadata"]!.AsObject().Remove("annotations");
        }

        (bare["spec"] as JsonObject)?.Remove("selector");
        return Sorted(bare)!.ToJsonString();
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => KeyValuePair.Create(e.Key, Sorted(e.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static List<JsonNode> Read(string yaml)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(yaml);
        stream.Load(reader);
        return [.. stream.Documents.Select(d => Json(d.RootNode)).OfType<JsonObject>()];
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(e => KeyValuePair.Create(((YamlScalarNode)e.Key).Value!, Json(e.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: not ScalarStyle.Plain } text => JsonValue.Create(text.Value),
        YamlScalarNode { Value: "true" or "false" } flag => JsonValue.Create(flag.Value == "true"),
        YamlScalarNode { Value: "" or "null" } => null,
        YamlScalarNode scalar => long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : JsonValue.Create(scalar.Value),
        _ => throw new InvalidDataException($"{node.GetType()} is not expected."),
    };
}
