using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A TOML file as text. A change touches the one value it is about: comments, order, blank lines and
/// everything unknown stay byte for byte (docs/research/tidb.md#configuration). Values inside arrays of tables are not
/// found. Immutable.</summary>
internal sealed class TomlText
{
    // The file is written on a host, and each level of a value is a level of the stack too.
    private static readonly TomlSerializerOptions Limits = new() { MaxDepth = 32 };

    private readonly List<TomlValue> _values = [];
    private readonly List<(string Path, int LineEnd)> _tables = [];

    // The package counts from behind a byte order mark.
    private readonly int _start;

    private TomlText(string text)
    {
        (Text, _start) = (text, text.StartsWith('\uFEFF') ? 1 : 0);
        var document = Document(text);
        var arrays = document.Tables.OfType<TableArraySyntax>().Select(t => PathOf(t.Name!)).ToList();
        Add("", document.KeyValues);
        foreach (var table in document.Tables)
        {
            var path = PathOf(table.Name!);
            if (!arrays.Exists(array => IsWithin(path, array)))
            {
                Refuse(path, table.Name!);
                _tables.Add((path, LineEnd(table.CloseBracket!)));
                Add(path, table.Items);
            }
        }
    }

    public string Text { get; }

    private string NewLine => Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    /// <summary>Reads a text.</summary>
    /// <exception cref="FormatException">The text is not TOML; the message names the line.</exception>
    public static TomlText Parse(string text) => new(text);

    public string? Find(string path) =>
        _values.Find(v => v.Path == path) is { } value ? Text[value.Begin..value.End] : null;

    public string? Word(string path) => _values.Find(v => v.Path == path)?.Word ?? Find(path);

    /// <summary>The same with one value set, in its place if it is there, else at the end of its table, else in a table
    /// of its own at the end.</summary>
    /// <param name="path">Keys joined with dots, at least two.</param>
    /// <param name="value">As TOML writes it: "8GB" with its quotes.</param>
    /// <exception cref="FormatException">A part of the path is a value itself or an array of tables, so that nothing
    /// can be set below it.</exception>
    public TomlText With(string path, string value)
    {
        if (_values.Find(v => v.Path == path) is { } present)
        {
            return new TomlText(string.Concat(Text.AsSpan(0, present.Begin), value, Text.AsSpan(present.End)));
        }

        if (_values.Find(v => IsWithin(path, v.Path)) is { } inline)
        {
            throw new FormatException(
                $"{path} cannot be set because {inline.Path} is written as one value "
                + $"({Text[inline.Begin..inline.End]}). Write it as a table [{inline.Path}].");
        }

        var dot = path.LastIndexOf('.');
        var (table, key) = (path[..dot], path[(dot + 1)..]);
        if (_tables.Find(t => t.Path == table) is { Path: not null } header)
        {
            return Inserted(_values.FindLast(v => v.Table == table)?.LineEnd ?? header.LineEnd, $"{key} = {value}");
        }

        // A table that is spelled out by keys with dots must not get a header too.
        if (_values.FindLast(v => IsWithin(v.Path, table) && v.Table.Length < table.Length) is { } dotted)
        {
            return Inserted(
                dotted.LineEnd, $"{(dotted.Table.Length == 0 ? path : path[(dotted.Table.Length + 1)..])} = {value}");
        }

        var gap = Text.Length == 0 ? "" : Text.EndsWith('\n') ? NewLine : NewLine + NewLine;
        return new TomlText($"{Text}{gap}[{table}]{NewLine}{key} = {value}{NewLine}");
    }

    // The package's message of a key that is defined twice also has the values of both.
    private static DocumentSyntax Document(string text)
    {
        try
        {
            var document = SyntaxParser.Parse(text, Limits);
            return document.Diagnostics.FirstOrDefault(d => d.Kind == DiagnosticMessageKind.Error) is { } wrong
                ? throw Wrong(wrong.Span, wrong.Message.Split(" at (")[0])
                : document;
        }
        catch (TomlException tooDeep)
        {
            throw new FormatException($"A value is nested more than {Limits.MaxDepth} levels deep.", tooDeep);
        }
    }

    private static FormatException Wrong(SourceSpan place, string what) => new($"line {place.Start.Line + 1}: {what}");

    private static bool IsWithin(string path, string outer) =>
        path == outer || path.StartsWith(outer + ".", StringComparison.Ordinal);

    private static string PathOf(KeySyntax key) => string.Join(
        '.',
        key.DotKeys.Select(k => k.Key).Prepend(key.Key)
            .Select(k => k is StringValueSyntax quoted ? quoted.Value : ((BareKeySyntax)k!).Key!.Text));

    private void Add(string table, IEnumerable<KeyValueSyntax> entries)
    {
        foreach (var entry in entries)
        {
            var (key, value) = (PathOf(entry.Key!), entry.Value!);
            var path = table.Length == 0 ? key : $"{table}.{key}";
            Refuse(path, entry.Key!);
            var begin = _start + value.Span.Offset;
            _values.Add(new TomlValue(
                path,
                table,
                begin,
                begin + value.Span.Length,
                LineEnd(value),
                (value as StringValueSyntax)?.Value));
        }
    }

    // The package finds a second definition only if no other key of the same table is between the two.
    private void Refuse(string path, KeySyntax key)
    {
        if (_values.Exists(v => IsWithin(path, v.Path)))
        {
            throw Wrong(key.Span, $"{path} is defined twice");
        }
    }

    private int LineEnd(SyntaxNode last)
    {
        var end = Text.IndexOf('\n', _start + last.Span.End.Offset);
        return end < 0 ? Text.Length : Text[end - 1] == '\r' ? end - 1 : end;
    }

    private TomlText Inserted(int lineEnd, string line) =>
        new(string.Concat(Text.AsSpan(0, lineEnd), NewLine, line, Text.AsSpan(lineEnd)));

    /// <summary>The place of a value in the text.</summary>
    /// <param name="Path">Its keys from the root, joined with dots: storage.block-cache.capacity.</param>
    /// <param name="Table">Its table, as written in the header; empty for the root.</param>
    /// <param name="LineEnd">Where the line its value ends on ends, line break left out.</param>
    /// <param name="Word">The text of a string; null for other values.</param>
    private sealed record TomlValue(string Path, string Table, int Begin, int End, int LineEnd, string? Word);
}
