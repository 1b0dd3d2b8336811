using System.Globalization;
using System.Text.Json.Nodes;
using Drydock.Lab;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Drydock.Tests.Integration.Install;

/// <summary>The chart, rendered by the lab's helm, and YAML read as JSON.</summary>
internal static class Chart
{
    /// <summary>Name of the release that tests render.</summary>
    public const string Namespace = "drydock-system-too";

    /// <summary>Renders the chart as release <c>drydock</c>.</summary>
    /// <param name="flags">Further flags of <c>helm template</c>.</param>
    public static async Task<IReadOnlyList<JsonNode>> RenderAsync(CancellationToken cancellationToken, params string[] flags)
    {
        var result = await TryRenderAsync(cancellationToken, flags);
        return result.ExitCode == 0 ? Read(result.Output) : throw new LabException(result.Error);
    }

    /// <summary>As <see cref="RenderAsync"/>, whatever the exit code.</summary>
    public static async Task<ShellResult> TryRenderAsync(CancellationToken cancellationToken, params string[] flags)
    {
        var helm = (await Recipes.RunAsync("helm.sh", cancellationToken))["helm"];
        return await Shell.TryRunAsync(
            helm, ["template", "drydock", Repository.PathOf("charts", "drydock"), "--namespace", Namespace, .. flags], cancellationToken: cancellationToken);
    }

    /// <summary>The objects that kubectl renders from a folder of <c>config</c>.</summary>
    public static async Task<IReadOnlyList<JsonNode>> KustomizeAsync(ControlPlane plane, string folder, CancellationToken cancellationToken) =>
        Read(await plane.KubectlAsync(["kustomize", Repository.PathOf("config", folder)], cancellationToken: cancellationToken));

    public static string Kind(JsonNode node) => node["kind"]!.GetValue<string>();

    public static string Name(JsonNode node) => node["metadata"]!["name"]!.GetValue<string>();

    public static JsonNode Deployment(IEnumerable<JsonNode> objects) => objects.Single(o => Kind(o) == "Deployment");

    public static JsonNode Pod(IEnumerable<JsonNode> objects) => Deployment(objects)["spec"]!["template"]!;

    public static JsonNode Container(IEnumerable<JsonNode> objects) => Pod(objects)["spec"]!["containers"]![0]!;

    public static IReadOnlyList<string> Arguments(IEnumerable<JsonNode> objects) => [.. Container(objects)["args"]!.AsArray().Select(a => a!.GetValue<string>())];

    public static IReadOnlyList<JsonNode> Read(string yaml)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(yaml);
        stream.Load(reader);
        return [.. stream.Documents.Select(d => Json(d.RootNode)).OfType<JsonObject>()];
    }

    /// <summary>With all maps in the order of their keys.</summary>
    public static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => KeyValuePair.Create(e.Key, Sorted(e.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

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
