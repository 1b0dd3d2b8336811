using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Drydock.Cli.Output;

/// <summary>Reads YAML as JSON. Depth and size are bounded, also of what aliases repeat: a file of a few lines can
/// stand for more than the memory has.</summary>
internal sealed class YamlReader(TextReader text)
{
    private const int MostLevels = 64;

    // The CRDs of this release together have less than a tenth of it.
    private const int MostNodes = 200_000;

    private readonly Parser _parser = new(text);
    private readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
    private int _nodes;

    public IReadOnlyList<JsonNode> Read()
    {
        List<JsonNode?> documents = [];
        _parser.Consume<StreamStart>();
        while (_parser.TryConsume<DocumentStart>(out _))
        {
            documents.Add(Node(1));
            _parser.Consume<DocumentEnd>();
            _anchors.Clear();
        }

        return [.. documents.OfType<JsonNode>()];
    }

    private JsonNode? Node(int level)
    {
        Count(level);
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            // An anchor is known after its end: an alias within it would have no end.
            return _anchors.TryGetValue(alias.Value, out var known)
                ? Copy(known, level)
                : throw Wrong($"The alias *{alias.Value} has no anchor before it, or is within it.", alias);
        }

        var anchor = (_parser.Current as NodeEvent)?.Anchor ?? AnchorName.Empty;
        JsonNode? node = _parser.TryConsume<Scalar>(out var scalar)
                ? scalar.Style == ScalarStyle.Plain ? Value(scalar.Value) : scalar.Value
            : _parser.TryConsume<SequenceStart>(out _) ? new JsonArray([.. Items(level + 1)])
            : Mapping(level + 1);
        return anchor.IsEmpty ? node : _anchors[anchor] = node;
    }

    private IEnumerable<JsonNode?> Items(int level)
    {
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            yield return Node(level);
        }
    }

    private JsonObject Mapping(int level)
    {
        var fields = new JsonObject();
        _parser.Consume<MappingStart>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current!;
            if (!_parser.TryConsume<Scalar>(out var key) || !fields.TryAdd(key.Value, Node(level)))
            {
                throw Wrong(
                    key is null
                        ? "The name of a field is a list or a mapping. Render the file if it is a template."
                        : $"The field {key.Value} is given twice.",
                    at);
            }
        }

        return fields;
    }

    private JsonNode? Copy(JsonNode? node, int level)
    {
        Count(level);
        return node switch
        {
            JsonObject fields => new JsonObject(
                fields.Select(f => KeyValuePair.Create(f.Key, Copy(f.Value, level + 1)))),
            JsonArray list => new JsonArray([.. list.Select(item => Copy(item, level + 1))]),
            _ => node?.DeepClone(),
        };
    }

    private void Count(int level)
    {
        if (level > MostLevels || ++_nodes > MostNodes)
        {
            throw Wrong(
                $"With its aliases it has more than {MostNodes} values or {MostLevels} levels.", _parser.Current!);
        }
    }

    private static YamlException Wrong(string message, ParsingEvent at) => new(at.Start, at.End, message);

    // The types of YAML 1.2, as the API server reads them.
    public static JsonNode? Value(string? text) => text switch
    {
        null or "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ when long.TryParse(text, CultureInfo.InvariantCulture, out var whole) => whole,
        _ when double.TryParse(text, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) && text.Any(char.IsAsciiDigit) => number,
        _ => text,
    };
}
