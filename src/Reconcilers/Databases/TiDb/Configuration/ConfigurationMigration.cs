using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Migrates an instance's configuration file to the new version. Only TiKV's has to be changed from 2.1 to 3.0
/// (docs/project/research/tidb.md#configuration); PD's and TiDB's are unchanged and are checked by the new program.
/// Pure.</summary>
internal static class ConfigurationMigration
{
    /// <summary>Components whose programs can check a file (docs/project/research/tidb.md#tikv).</summary>
    public static IReadOnlyList<DatabaseComponent> Checked { get; } =
    [
        DatabaseComponent.PD, DatabaseComponent.TiKV, DatabaseComponent.TiDB,
    ];

    /// <summary>Migrates a file.</summary>
    /// <param name="settings">For TiKV; null leaves the file unchanged.</param>
    /// <exception cref="FormatException">The text is not TOML, or a value in it cannot be set.</exception>
    public static MigratedConfiguration Migrate(DatabaseComponent component, string text, TikvSettings? settings) =>
        component == DatabaseComponent.TiKV && settings is not null
            ? TikvMigration.Migrate(text, settings)
            : new MigratedConfiguration(TomlText.Parse(text).Text, [], []);
}

/// <summary>Migrates a tikv.toml from 2.1 to 3.0 (docs/project/research/tidb.md#configuration). Values in the file have
/// precedence over every rule, except raftstore.hibernate-regions, which the spec decides. Nothing is removed: 3.0
/// ignores settings that it no longer uses. Pure.</summary>
internal static class TikvMigration
{
    private static readonly string[] CacheSizes =
    [
        "rocksdb.defaultcf", "rocksdb.writecf", "rocksdb.lockcf", "raftdb.defaultcf",
    ];
    private static readonly string[] Levels = ["high", "normal", "low"];

    /// <summary>Migrates a file.</summary>
    /// <exception cref="FormatException">The text is not TOML, or a value in it cannot be set.</exception>
    public static MigratedConfiguration Migrate(string text, TikvSettings settings)
    {
        var toml = TomlText.Parse(text);
        var changes = new List<ConfigurationChange>();
        var remarks = new List<string>();

        if (toml.Find("storage.block-cache.capacity") is null && toml.Word("storage.block-cache.shared") != "false")
        {
            Set(
                "storage.block-cache.capacity", $"\"{settings.Capacity}\"",
                "one block cache for all column families, half of the host's memory divided by its TiKVs");
            var sizes = CacheSizes.Where(t => toml.Find($"{t}.block-cache-size") is not null)
                .Select(t => $"{t}.block-cache-size = {toml.Find($"{t}.block-cache-size")}")
                .ToList();
            if (sizes.Count > 0)
            {
                remarks.Add(
                    $"{string.Join(", ", sizes)} is kept and has no effect because of storage.block-cache.capacity");
            }
        }

        Concurrency();
        if (toml.Find("server.status-addr") is null)
        {
            Set("server.status-addr", $"\"{settings.StatusAddress}\"", "Prometheus pulls TiKV's metrics from there");
        }

        if (toml.Word("metric.address") is { Length: > 0 } pushes)
        {
            remarks.Add(
                $"metric.address = \"{pushes}\" is kept: TiKV continues to push its metrics to it, while the "
                + "monitoring of 3.0 pulls them from the status port");
        }

        if (toml.Word("raftstore.hibernate-regions") is var hibernates
            && (hibernates == "true") != settings.HibernateRegions
            && (hibernates is not null || settings.HibernateRegions))
        {
            Set(
                "raftstore.hibernate-regions",
                settings.HibernateRegions ? "true" : "false",
                settings.HibernateRegions
                    ? "asked for by spec.tidb.configuration.hibernateRegions; experimental in 3.0"
                    : "experimental in 3.0 and better switched on after the upgrade");
        }

        return new MigratedConfiguration(toml.Text, changes, remarks);

        void Concurrency()
        {
            if (Levels.Any(l => toml.Find($"readpool.coprocessor.{l}-concurrency") is not null))
            {
                return;
            }

            // A configured value is kept.
            var chosen = toml.Find("server.end-point-concurrency");
            if ((chosen ?? settings.Concurrency?.ToString(CultureInfo.InvariantCulture)) is not { } value)
            {
                return;
            }

            foreach (var level in Levels)
            {
                Set(
                    $"readpool.coprocessor.{level}-concurrency", value,
                    chosen is null
                        ? "CPUs × 0.8 divided by the host's TiKVs"
                        : "takes the place of server.end-point-concurrency");
            }
        }

        void Set(string path, string value, string why)
        {
            changes.Add(new ConfigurationChange(path, toml.Find(path), value, why));
            toml = toml.With(path, value);
        }
    }
}

/// <summary>A configuration file carried to the new version.</summary>
/// <param name="Remarks">Kept values with a new meaning, for the reader of the plan.</param>
internal sealed record MigratedConfiguration(
    string Text, IReadOnlyList<ConfigurationChange> Changes, IReadOnlyList<string> Remarks);

/// <summary>A value that the migration sets.</summary>
/// <param name="Path">Its keys, joined with dots.</param>
internal sealed record ConfigurationChange(string Path, string? Before, string After, string Why)
{
    public override string ToString() => $"{Path}: {Before ?? "(not set)"} → {After} ({Why})";
}

/// <summary>What the migration of a TiKV's file is to set, where the file does not have it already
/// (docs/project/research/tidb.md#configuration).</summary>
/// <param name="Capacity">storage.block-cache.capacity, as TiKV writes sizes.</param>
/// <param name="Concurrency">readpool.coprocessor.*-concurrency; null leaves the program's own default.</param>
/// <param name="StatusAddress">server.status-addr.</param>
/// <param name="HibernateRegions">raftstore.hibernate-regions.</param>
internal sealed record TikvSettings(string Capacity, int? Concurrency, string StatusAddress, bool HibernateRegions)
{
    private const long Megabyte = 1024 * 1024;
    private const long Gigabyte = 1024 * Megabyte;

    /// <summary>Capacity = MEM_TOTAL × 0.5 / instances on the host; with several instances on it, instances ×
    /// concurrency = CPUs × 0.8 (docs/project/research/tidb.md#configuration). A single instance needs no concurrency:
    /// TiKV takes CPUs × 0.8 itself.</summary>
    /// <param name="memory">Memory of its host, bytes.</param>
    public static TikvSettings Of(DatabaseRollingUpgradeSpec spec, DatabaseInstance instance, long memory, int cpus)
    {
        var configuration = (spec.Tidb ?? new TiDbSpec()).Configuration;
        var instances = spec.Instances.Count(i => i.Component == DatabaseComponent.TiKV && i.Host == instance.Host);

        // TiKV parses the address of its status port and resolves no name.
        var address = IPAddress.TryParse(instance.Host, out _)
            ? spec.Status(instance).ToString()
            : $"0.0.0.0:{spec.Status(instance).Port}";
        return new TikvSettings(
            configuration.BlockCacheCapacity ?? Size(memory / 2 / instances),
            instances > 1 ? Math.Max(1, (int)(cpus * 0.8 / instances)) : null,
            address, configuration.HibernateRegions);
    }

    public static string Size(long bytes)
    {
        var megabytes = Math.Max(1, bytes / Megabyte);
        return megabytes * Megabyte % Gigabyte == 0 ? $"{megabytes * Megabyte / Gigabyte}GB" : $"{megabytes}MB";
    }
}

/// <summary>A TOML file as text. A change touches the one value it is about: comments, order, blank lines and
/// everything unknown stay byte for byte (docs/project/research/tidb.md#configuration). Values inside arrays of tables
/// are not found. Immutable.</summary>
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
                path, table, begin, begin + value.Span.Length, LineEnd(value), (value as StringValueSyntax)?.Value));
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
