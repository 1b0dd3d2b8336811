using Drydock.Tests.Unit.Crds;

namespace Drydock.Tests.Unit.Install;

/// <summary>The objects of <c>config/default/install.yaml</c>.</summary>
internal static class Manifest
{
    public static IReadOnlyList<JsonNode> Objects { get; } = YamlToJson.ReadAll(
        Repository.PathOf("config", "default", "install.yaml"));

    public static JsonNode Deployment => Single("Deployment");

    public static JsonNode Pod => Deployment["spec"]!["template"]!["spec"]!;

    public static JsonNode Container => Pod["containers"]!.AsArray().ShouldHaveSingleItem();

    public static JsonNode Single(string kind) =>
        Objects.Where(o => Text(o, "kind") == kind).ToList().ShouldHaveSingleItem();

    public static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    public static string Name(JsonNode node) => Text(node["metadata"]!, "name");

    private static JsonNode ShouldHaveSingleItem(this IEnumerable<JsonNode?> nodes) =>
        Shouldly.ShouldBeEnumerableTestExtensions.ShouldHaveSingleItem(nodes)!;
}
