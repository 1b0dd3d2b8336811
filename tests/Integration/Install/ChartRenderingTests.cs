using System.Globalization;
using System.Text.Json.Nodes;
using Drydock.Lab;
using Drydock.Tests.Integration.Crds;
using Shouldly;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Drydock.Tests.Integration.Install;

/// <summary>The chart, rendered by Go's text/template as helm does, against the manifests that kubectl 1.20 renders.</summary>
public sealed class ChartRenderingTests(LabFixture lab)
{
    private const string Go = "/usr/lib/go-1.19/bin/go";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_its_defaults_the_chart_installs_what_kustomize_installs()
    {
        var plane = await lab.ControlPlaneAsync();
        var manifests = Read(await plane.KubectlAsync(["kustomize", Repository.PathOf("config", "default")], cancellationToken: Token))
            .Where(o => Kind(o) is not ("Namespace" or "CustomResourceDefinition")).Select(Bare).Order(StringComparer.Ordinal).ToList();

        var chart = (await RenderAsync(Values())).Select(Bare).Order(StringComparer.Ordinal).ToList();

        chart.Select(text => text.Replace("drydock-system-too", "drydock-system", StringComparison.Ordinal)).ShouldBe(manifests);
    }

    [Fact]
    public async Task The_api_server_takes_what_the_chart_renders()
    {
        var plane = await lab.ControlPlaneAsync();
        var values = Values();
        values["watchNamespace"] = "only-here";
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
        await plane.KubectlAsync(["create", "namespace", "drydock-system-too"], cancellationToken: Token);
        var list = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. rendered]) };
        var answer = await plane.KubectlAsync(["apply", "--dry-run=server", "-f", "-"], list.ToJsonString(), Token);
        answer.ShouldContain("deployment.apps/drydock-operator created (server dry run)");
    }

    [Fact]
    public async Task A_service_monitor_is_rendered_only_when_it_is_asked_for()
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

    private static JsonNode Values() => Read(File.ReadAllText(Repository.PathOf("charts", "drydock", "values.yaml"))).Single();

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
