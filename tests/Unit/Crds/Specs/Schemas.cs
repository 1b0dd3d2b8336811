namespace Drydock.Tests.Unit.Crds.Specs;

/// <summary>The generated schemas, by kind.</summary>
internal static class Schemas
{
    /// <summary>Of whole objects.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Whole { get; } = Directory
        .EnumerateFiles(Repository.PathOf("config", "crd"), "drydock.dev_*.yaml")
        // Through text, so that a number is whatever is asked of it.
        .Select(path => JsonNode.Parse(YamlToJson.ReadAll(path).Single()["spec"]!.ToJsonString())!)
        .ToDictionary(
            crd => crd["names"]!["kind"]!.GetValue<string>(),
            crd => crd["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject(),
            StringComparer.Ordinal);

    /// <summary>Of specs.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Specs { get; } =
        Whole.ToDictionary(
            kind => kind.Key, kind => kind.Value["properties"]!["spec"]!.AsObject(), StringComparer.Ordinal);
}
