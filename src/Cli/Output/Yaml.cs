using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;

namespace Drydock.Cli.Output;

/// <summary>JSON as YAML, and YAML as JSON.</summary>
internal static class Yaml
{
    public static string Write(JsonNode? node) => new SerializerBuilder()
        .WithQuotingNecessaryStrings(quoteYaml1_1Strings: true)
        .Build()
        .Serialize(Plain(node) ?? "null");

    /// <summary>The documents of a manifest, as JSON.</summary>
    /// <exception cref="YamlException">It is not YAML.</exception>
    public static IReadOnlyList<JsonNode> Read(string text)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(text);
        stream.Load(reader);
        return [.. stream.Documents.Select(d => Json(d.RootNode)).OfType<JsonNode>()];
    }

    private static object? Plain(JsonNode? node) => node switch
    {
        null => null,
        JsonObject o => o.ToDictionary(p => p.Key, p => Plain(p.Value), StringComparer.Ordinal),
        JsonArray a => a.Select(Plain).ToList(),
        _ => node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when node.AsValue().TryGetValue<long>(out var whole) => whole,
            JsonValueKind.Number => node.GetValue<double>(),
            _ => node.GetValue<string>(),
        },
    };

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(p => KeyValuePair.Create(Key(p.Key), Json(p.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Scalar(scalar.Value),
        YamlScalarNode scalar => scalar.Value,
        _ => null,
    };

    private static string Key(YamlNode node) => node is YamlScalarNode scalar
        ? scalar.Value ?? ""
        : throw new YamlException(
            node.Start, node.End, "The name of a field is a list or a mapping. Render the file if it is a template.");

    // The types of YAML 1.2, as the API server reads them.
    private static JsonNode? Scalar(string? text) => text switch
    {
        null or "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ when long.TryParse(text, CultureInfo.InvariantCulture, out var whole) => whole,
        _ when double.TryParse(text, CultureInfo.InvariantCulture, out var number)
            && text.Any(char.IsAsciiDigit) => number,
        _ => text,
    };
}
