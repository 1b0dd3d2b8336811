using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Drydock.CrdGen.Output;

/// <summary>
/// Writes YAML that every parser since 1.1 reads alike: text that could be taken for something else is quoted, and no
/// line is folded.
/// </summary>
internal static partial class YamlText
{
    /// <summary>Writes documents, separated by <c>---</c> when there are several.</summary>
    /// <param name="comment">First line, without the number sign.</param>
    /// <param name="documents">The documents.</param>
    public static string Write(string comment, params IReadOnlyList<YamlMap> documents) =>
        $"# {comment}\n{string.Join("---\n", documents.Select(Document))}";

    private static string Document(YamlMap map)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(writer, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(version: null, tags: null, isImplicit: true));
        Emit(emitter, map);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    private static void Emit(Emitter emitter, object value)
    {
        switch (value)
        {
            case YamlMap map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, map.Entries.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (key, entry) in map.Entries)
                {
                    Emit(emitter, key);
                    Emit(emitter, entry);
                }

                emitter.Emit(new MappingEnd());
                return;
            case string text:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, StyleOf(text), isPlainImplicit: true, isQuotedImplicit: true));
                return;
            case bool flag:
                emitter.Emit(new Scalar(flag ? "true" : "false"));
                return;
            case int or long:
                emitter.Emit(new Scalar(Convert.ToString(value, CultureInfo.InvariantCulture)!));
                return;
            case IEnumerable list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Block));
                foreach (var item in list)
                {
                    Emit(emitter, item!);
                }

                emitter.Emit(new SequenceEnd());
                return;
            default:
                throw new ArgumentException($"{value.GetType()} has no form in YAML.", nameof(value));
        }
    }

    private static ScalarStyle StyleOf(string text) =>
        Plain().IsMatch(text) && !Word().IsMatch(text) ? ScalarStyle.Plain : ScalarStyle.SingleQuoted;

    // Starts with a letter and holds nothing that any parser gives a meaning.
    [GeneratedRegex("^[A-Za-z]([A-Za-z0-9 _./,()+-]*[A-Za-z0-9_./)])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Plain();

    [GeneratedRegex("^(y|n|yes|no|on|off|true|false|null|nan|inf)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();
}

/// <summary>
/// A YAML mapping that keeps its order. Values are strings, bools, longs, further maps, and lists of these; null leaves
/// the key out.
/// </summary>
internal sealed class YamlMap
{
    private readonly List<KeyValuePair<string, object>> _entries = [];

    public IReadOnlyList<KeyValuePair<string, object>> Entries => _entries;

    /// <summary>Adds an entry, unless its value is null or an empty list.</summary>
    public YamlMap Add(string key, object? value)
    {
        if (value is not null and not System.Collections.ICollection { Count: 0 })
        {
            _entries.Add(new(key, value));
        }

        return this;
    }
}
