using System.Text.Json.Nodes;

namespace Drydock.Tests.Unit.Crds.Specs;

/// <summary>The generated schemas of the specs, by kind.</summary>
internal static class Schemas
{
    public static IReadOnlyDictionary<string, JsonObject> Specs { get; } = Directory
        .EnumerateFiles(Repository.PathOf("config", "crd"), "drydock.dev_*.yaml")
        // Through text, so that a number is whatever is asked of it.
        .Select(path => JsonNode.Parse(YamlToJson.ReadAll(path).Single()["spec"]!.ToJsonString())!)
        .ToDictionary(
            crd => crd["names"]!["kind"]!.GetValue<string>(),
            crd => crd["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!.AsObject(),
            StringComparer.Ordinal);
}
