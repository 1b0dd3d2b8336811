using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Drydock.Reconcilers.Oms;

/// <summary>Reads YAML into <see cref="YamlValue"/>s. A key given twice is kept twice: the caller takes the last, as
/// OMS's parser does.</summary>
internal static class YamlText
{
    private const int MaximumDepth = 32;

    /// <summary>Reads the first document.</summary>
    /// <param name="error">What is wrong and where. Never the text itself: it holds passwords, and the library's own
    /// messages may quote it.</param>
    internal static YamlValue? Read(string yaml, out string? error)
    {
        try
        {
            var parser = new Parser(new StringReader(yaml));
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                error = null;
                return new YamlValue.Nothing();
            }

            return Value(parser, 0, out error);
        }
        catch (YamlException problem)
        {
            error = At(problem.Start, "is not valid YAML");
            return null;
        }
    }

    private static YamlValue? Value(Parser parser, int depth, out string? error)
    {
        error = null;
        if (depth > MaximumDepth)
        {
            error = At(parser.Current!.Start, "is nested too deeply");
            return null;
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            var plain = scalar.Style is ScalarStyle.Plain or ScalarStyle.Any && scalar.Tag.IsEmpty;
            return plain && (scalar.Value is "" or "~" or "null" or "Null" or "NULL")
                ? new YamlValue.Nothing()
                : new YamlValue.Scalar(scalar.Value);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<YamlValue>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                if (Value(parser, depth + 1, out error) is not { } item)
                {
                    return null;
                }

                items.Add(item);
            }

            return new YamlValue.List(items);
        }

        if (parser.TryConsume<MappingStart>(out _))
        {
            return Map(parser, depth, out error);
        }

        error = At(parser.Current!.Start, "has an alias (*name); a value that begins with * must be quoted");
        return null;
    }

    private static YamlValue.Map? Map(Parser parser, int depth, out string? error)
    {
        error = null;
        var entries = new List<KeyValuePair<string, YamlValue>>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
            {
                error = At(parser.Current!.Start, "has a key that is not a plain word");
                return null;
            }

            if (Value(parser, depth + 1, out error) is not { } value)
            {
                return null;
            }

            entries.Add(new KeyValuePair<string, YamlValue>(key.Value.Trim(), value));
        }

        return new YamlValue.Map(entries);
    }

    private static string At(Mark mark, string what) => $"line {mark.Line}, column {mark.Column} {what}";
}

/// <summary>A value of a YAML file, as little of it as config.yaml needs.</summary>
internal abstract record YamlValue
{
    internal sealed record Scalar(string Text) : YamlValue
    {
        // The text may be a secret.
        public override string ToString() => nameof(Scalar);
    }

    internal sealed record List(IReadOnlyList<YamlValue> Items) : YamlValue;

    internal sealed record Map(IReadOnlyList<KeyValuePair<string, YamlValue>> Entries) : YamlValue;

    /// <summary>Null, or an empty value.</summary>
    internal sealed record Nothing : YamlValue;
}
