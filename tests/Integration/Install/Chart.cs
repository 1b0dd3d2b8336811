using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Drydock.Tests.Integration.Install;

/// <summary>
/// The chart as Helm 4.1 and Helm 3.17 render it, the kustomizations as kubectl 1.35 does, and YAML read as JSON.
/// </summary>
internal static class Chart
{
    public const string Namespace = "drydock-system-too";

    public static string Folder { get; } = Repository.PathOf("charts", "drydock");

    /// <summary>Renders the chart as release <c>drydock</c> with both Helms, which must make the same
    /// objects.</summary>
    /// <param name="flags">Further flags of <c>helm template</c>.</param>
    public static async Task<IReadOnlyList<JsonNode>> RenderAsync(
        CancellationToken cancellationToken, params string[] flags)
    {
        var results = await TemplateAsync(flags, cancellationToken);
        results.ShouldAllBe(result => result.ExitCode == 0);
        var rendered = results.Select(result => Read(result.Output)).ToList();
        Lines(rendered[1]).ShouldBe(Lines(rendered[0]));
        return rendered[0];

        static IEnumerable<string> Lines(IEnumerable<JsonNode> objects) =>
            objects.Select(node => Sorted(node)!.ToJsonString()).Order(StringComparer.Ordinal);
    }

    /// <summary>What each Helm says instead of rendering the chart.</summary>
    public static async Task<IReadOnlyList<string>> RefusalsAsync(
        CancellationToken cancellationToken, params string[] flags)
    {
        var results = await TemplateAsync(flags, cancellationToken);
        results.ShouldAllBe(result => result.ExitCode == 1);
        return [.. results.Select(result => result.Error)];
    }

    /// <summary>Runs a command with each Helm.</summary>
    public static async Task<IReadOnlyList<ShellResult>> HelmAsync(
        IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var clients = await Recipes.RunAsync("kube-clients.sh", cancellationToken);
        return
        [
            await Shell.TryRunAsync(clients["helm"], arguments, cancellationToken: cancellationToken),
            await Shell.TryRunAsync(clients["helm3"], arguments, cancellationToken: cancellationToken),
        ];
    }

    /// <summary>The objects that kubectl renders from a folder.</summary>
    public static async Task<IReadOnlyList<JsonNode>> KustomizeAsync(string folder, CancellationToken cancellationToken)
    {
        var kubectl = (await Recipes.RunAsync("kube-clients.sh", cancellationToken))["kubectl"];
        return Read(await Shell.RunAsync(kubectl, ["kustomize", folder], cancellationToken: cancellationToken));
    }

    public static string Kind(JsonNode node) => node["kind"]!.GetValue<string>();

    public static string Name(JsonNode node) => node["metadata"]!["name"]!.GetValue<string>();

    public static JsonNode Deployment(IEnumerable<JsonNode> objects) => objects.Single(o => Kind(o) == "Deployment");

    public static JsonNode Pod(IEnumerable<JsonNode> objects) => Deployment(objects)["spec"]!["template"]!;

    public static JsonNode Container(IEnumerable<JsonNode> objects) => Pod(objects)["spec"]!["containers"]![0]!;

    public static IReadOnlyList<string> Arguments(IEnumerable<JsonNode> objects) =>
        [.. Container(objects)["args"]!.AsArray().Select(a => a!.GetValue<string>())];

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
        JsonObject map => new JsonObject(
            map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => KeyValuePair.Create(e.Key, Sorted(e.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static Task<IReadOnlyList<ShellResult>> TemplateAsync(
        string[] flags, CancellationToken cancellationToken) =>
        HelmAsync(["template", "drydock", Folder, "--namespace", Namespace, .. flags], cancellationToken);

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(
            map.Children.Select(e => KeyValuePair.Create(((YamlScalarNode)e.Key).Value!, Json(e.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: not ScalarStyle.Plain } text => JsonValue.Create(text.Value),
        YamlScalarNode { Value: "true" or "false" } flag => JsonValue.Create(flag.Value == "true"),
        YamlScalarNode { Value: "" or "null" } => null,
        YamlScalarNode scalar =>
            long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? JsonValue.Create(number)
                : JsonValue.Create(scalar.Value),
        _ => throw new InvalidDataException($"{node.GetType()} is not expected."),
    };
}
