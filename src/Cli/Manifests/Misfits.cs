namespace Drydock.Cli.Manifests;

/// <summary>What of a document does not fit its type: each field by its path, with the nearest right word. The
/// sentences of the JSON reader name types of .NET, and only the first field.</summary>
internal sealed class Misfits(Type document, JsonSerializerOptions options)
{
    private const int MostShown = 40;

    public IEnumerable<string> Of(JsonNode node) => Of(node, document, "");

    private IEnumerable<string> Of(JsonNode? node, Type type, string path)
    {
        var info = TypeOf(type);
        return (info.Kind, node) switch
        {
            (JsonTypeInfoKind.None, null) when path.StartsWith("spec.", StringComparison.Ordinal) =>
                [$"{path} is empty; expected is {Expected(info, null)}"],
            (_, null) => [],
            (JsonTypeInfoKind.Object, JsonObject fields) => fields.SelectMany(field =>
                info.Properties.FirstOrDefault(p => p.Name == field.Key) is { } property
                    ? Of(field.Value, property.PropertyType, Join(path, field.Key))
                    : [Unknown(path, field.Key, info)]),
            (JsonTypeInfoKind.Dictionary, JsonObject entries) => entries.SelectMany(entry =>
                Of(entry.Value, info.ElementType!, Join(path, entry.Key))),
            (JsonTypeInfoKind.Enumerable, JsonArray items) => items.SelectMany((item, index) =>
                Of(item, info.ElementType!, $"{path}[{index}]")),
            (JsonTypeInfoKind.None, _) when IsReadable(node, info) => [],
            _ => [$"{(path.Length > 0 ? path : "The document")} is {Shown(node)}; expected is {Expected(info, node)}"],
        };
    }

    private static string Unknown(string path, string name, JsonTypeInfo type)
    {
        var near = NearestWords.Of(name, type.Properties.Select(p => p.Name));
        return $"{Join(path, name)} does not exist.{NearestWords.Question([.. near.Select(n => Join(path, n))])}";
    }

    private string Expected(JsonTypeInfo info, JsonNode? node) =>
        info.Kind switch
        {
            JsonTypeInfoKind.Enumerable => "a list.",
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "a mapping.",
            _ when info.Type.IsEnum => $"{Or(info.Type.GetEnumNames())}.{Elsewhere(Text(node))}",
            _ when info.Type == typeof(bool) => "true or false.",
            _ when info.Type == typeof(string) => node is JsonValue ? "text. Put it in quotes." : "text.",
            _ when info.Type == typeof(DateTimeOffset) => "a time such as 2026-03-01T04:00:00Z.",
            _ => "a whole number.",
        };

    // The word may be right for another field.
    private string Elsewhere(string? word) =>
        Fields(document, "").FirstOrDefault(f => f.Type.IsEnum && f.Type.GetEnumNames().Contains(word)).Path is { } path
            ? $" {word} is a value of {path}."
            : "";

    private IEnumerable<(string Path, Type Type)> Fields(Type type, string path)
    {
        var info = TypeOf(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => info.Properties.Where(p => p.Name != "status")
                .SelectMany(p => Fields(p.PropertyType, Join(path, p.Name))),
            JsonTypeInfoKind.Enumerable => Fields(info.ElementType!, $"{path}[]"),
            JsonTypeInfoKind.None => [(path, info.Type)],
            _ => [],
        };
    }

    private JsonTypeInfo TypeOf(Type type) => options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);

    // The reader takes words of an enumeration in any case, and numbers for them; the API server does not.
    private static bool IsReadable(JsonNode node, JsonTypeInfo info)
    {
        if (info.Type.IsEnum)
        {
            return info.Type.GetEnumNames().Contains(Text(node), StringComparer.Ordinal);
        }

        try
        {
            return node.Deserialize(info) is not null;
        }
        catch (Exception misfit) when (misfit is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string Shown(JsonNode node) => node switch
    {
        JsonObject => "a mapping",
        JsonArray => "a list",
        _ => Text(node) is not { } text ? node.ToJsonString()
            : text.Length > MostShown ? "a longer text"
            : $"'{text}'",
    };

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string Or(string[] words) =>
        words.Length == 1 ? words[0] : $"{string.Join(", ", words[..^1])} or {words[^1]}";

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
