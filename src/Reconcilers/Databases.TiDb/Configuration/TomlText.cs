namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A TOML file as text. A change touches the one value it is about: comments, order, blank lines and
/// everything unknown stay byte for byte (docs/research/tidb.md#configuration). Immutable.</summary>
internal sealed class TomlText
{
    private readonly TomlScanner _scan;

    private TomlText(string text)
    {
        Text = text;
        _scan = new TomlScanner(text);
        _scan.Scan();
    }

    public string Text { get; }

    /// <summary>Reads a text.</summary>
    /// <exception cref="FormatException">The text is not TOML; the message names the line.</exception>
    public static TomlText Parse(string text) =>
        new TomlText(text);

    public string? Find(string path) =>
        _scan.Values.Find(v => v.Path == path) is { } value ? Text[value.Begin..value.End] : null;

    public string? Word(string path) => Find(path) is { } raw ? Unquoted(raw) : null;

    public IEnumerable<(string Path, string Value)> Below(string table) =>
        _scan.Values.Where(
            v => v.Path.StartsWith(table + ".", StringComparison.Ordinal)).Select(v => (v.Path, Text[v.Begin..v.End]));

    /// <summary>The same with one value set, in its place if it is there, else at the end of its table, else in a table
    /// of its own at the end.</summary>
    /// <param name="path">Keys joined with dots, at least two.</param>
    /// <param name="value">As TOML writes it: "8GB" with its quotes.</param>
    /// <exception cref="FormatException">A part of the path is a value itself, so that nothing can be set below
    /// it.</exception>
    public TomlText With(string path, string value)
    {
        if (_scan.Values.Find(v => v.Path == path) is { } present)
        {
            return new TomlText(string.Concat(Text.AsSpan(0, present.Begin), value, Text.AsSpan(present.End)));
        }

        if (_scan.Values.Find(v => path.StartsWith(v.Path + ".", StringComparison.Ordinal)) is { } inline)
        {
            throw new FormatException(
                $"{path} cannot be set because {inline.Path} is written as one value "
                + $"({Text[inline.Begin..inline.End]}). Write it as a table [{inline.Path}].");
        }

        var dot = path.LastIndexOf('.');
        var (table, key) = (path[..dot], path[(dot + 1)..]);

        // A table that is spelled out by keys with dots must not get a header too.
        if (_scan.Values.FindLast(
            v => v.Path.StartsWith(
                table + ".",
                StringComparison.Ordinal) && !_scan.Tables.Exists(
                    t => t.Table == table) && v.Table.Length < table.Length) is { } dotted)
        {
            return Inserted(
                dotted.LineEnd, $"{(dotted.Table.Length == 0 ? path : path[(dotted.Table.Length + 1)..])} = {value}");
        }

        if (_scan.Tables.Find(t => t.Table == table) is { Table: not null } header)
        {
            return Inserted(
                _scan.Values.FindLast(v => v.Table == table)?.LineEnd ?? header.LineEnd, $"{key} = {value}");
        }

        var gap = Text.Length == 0 ? "" : Text.EndsWith('\n') ? NewLine : NewLine + NewLine;
        return new TomlText($"{Text}{gap}[{table}]{NewLine}{key} = {value}{NewLine}");
    }

    private string NewLine => Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    private TomlText Inserted(int lineEnd, string line) =>
        new(string.Concat(Text.AsSpan(0, lineEnd), NewLine, line, Text.AsSpan(lineEnd)));

    private static string Unquoted(string raw) =>
        raw.Length >= 2 && raw[0] is '"' or '\'' && raw[^1] == raw[0] ? raw[1..^1] : raw;
}
