using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.EventEmitters;

namespace Drydock.Cli.Output;

/// <summary>JSON as YAML, and YAML as JSON.</summary>
internal static class Yaml
{
    public static string Write(JsonNode? node) => new SerializerBuilder()
        .WithQuotingNecessaryStrings(quoteYaml1_1Strings: true)
        .WithEventEmitter(next => new NumberQuotes(next))
        .Build()
        .Serialize(Plain(node) ?? "null");

    /// <summary>The documents of a manifest, as JSON.</summary>
    /// <exception cref="YamlException">It is not YAML.</exception>
    public static IReadOnlyList<JsonNode> Read(string text)
    {
        using var reader = new StringReader(text);
        return new YamlReader(reader).Read();
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

    // 000000000018 as well: the library takes it for no number, the API server does.
    private sealed class NumberQuotes(IEventEmitter next) : ChainedEventEmitter(next)
    {
        public override void Emit(ScalarEventInfo eventInfo, IEmitter emitter)
        {
            if (eventInfo.Source.Value is string text && YamlReader.Value(text)?.GetValueKind() != JsonValueKind.String)
            {
                eventInfo.Style = ScalarStyle.DoubleQuoted;
            }

            base.Emit(eventInfo, emitter);
        }
    }
}
