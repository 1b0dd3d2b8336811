using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Drydock.Reconcilers.Oms;

/// <summary>Reads a config.yaml into an <see cref="OmsConfig"/> and lists all its errors.</summary>
internal sealed partial class OmsConfigReader
{
    private const string NodesKey = "cm_nodes";
    private const string WayOut = "Correct it in this node's config.yaml.";

    private static readonly string[] SecretWords =
    [
        "password", "passwd", "pwd", "secret", "token", "credential", "access_key", "accesskey", "private_key",
        "api_key",
    ];

    private static readonly string[] SystemDatabases =
        ["mysql", "information_schema", "performance_schema", "sys", "oceanbase", "__recyclebin", "__public"];

    private readonly Dictionary<string, YamlValue> _values = new(StringComparer.Ordinal);
    private readonly List<string> _errors = [];

    internal static OmsConfigResult Read(string yaml)
    {
        YamlValue.Map map;
        try
        {
            map = YamlText.Read(yaml) switch
            {
                YamlValue.Map read => read,
                YamlValue.Nothing => throw new FormatException("the file is empty"),
                _ => throw new FormatException("the file is not a list of 'key: value' lines"),
            };
        }
        catch (FormatException problem)
        {
            return new OmsConfigResult(null, [$"config.yaml cannot be read: {problem.Message}. {WayOut}"], []);
        }

        var reader = new OmsConfigReader();
        foreach (var (key, value) in map.Entries)
        {
            reader._values[key] = value;
        }

        var config = reader.Build();
        return new OmsConfigResult(
            reader._errors.Count == 0 ? config : null,
            reader._errors,
            [.. Secrets(map, inside: false).Distinct()]);
    }

    private OmsConfig Build()
    {
        var nodes = Nodes();
        return new OmsConfig
        {
            MetaHost = Required("oms_meta_host", "the metadata server's host"),
            MetaPort = Integer("oms_meta_port", null, 1, 65535, "a port from 1 to 65535"),
            MetaUser = Required("oms_meta_user", "the metadata server's account"),
            MetaPassword = new Secret(Required("oms_meta_password", "the account's password")),
            RmDatabase = Database("drc_rm_db"),
            CmDatabase = Database("drc_cm_db"),
            HeartbeatDatabase = Database("drc_cm_heartbeat_db"),
            CmLocation = Integer("cm_location", null, 0, 127, "the region's number from 0 to 127"),
            CmRegion = Optional("cm_region"),
            CmIsDefault = Boolean("cm_is_default", true),
            CmNodes = nodes,
            Ports = Ports(),
            Checksums = _values.ToDictionary(
                pair => pair.Key,
                pair => Checksum(pair.Key == NodesKey ? string.Join(',', NodeAddress.Set(nodes)) : Text(pair.Value)),
                StringComparer.Ordinal),
        };
    }

    private OmsPorts Ports()
    {
        var defaults = new OmsPorts();
        return new OmsPorts(
            Port("ghana_server_port", defaults.Ghana),
            Port("nginx_server_port", defaults.Nginx),
            Port("cm_server_port", defaults.Cm),
            Port("supervisor_server_port", defaults.Supervisor),
            Port("sshd_server_port", defaults.Sshd));

        int Port(string key, int fallback) => Integer(key, fallback, 1, 65535, "a port from 1 to 65535");
    }

    private static IEnumerable<Secret> Secrets(YamlValue value, bool inside) => value switch
    {
        YamlValue.Scalar { Text.Length: > 0 } scalar when inside => [new Secret(scalar.Text)],
        YamlValue.List list => list.Items.SelectMany(item => Secrets(item, inside)),
        YamlValue.Map map => map.Entries.SelectMany(e => Secrets(e.Value, inside || IsSecret(e.Key))),
        _ => [],
    };

    private string? Optional(string key)
    {
        switch (_values.GetValueOrDefault(key))
        {
            case null or YamlValue.Nothing:
                return null;
            case YamlValue.Scalar scalar:
                // White space at the ends may belong to a password.
                var text = IsSecret(key) ? scalar.Text : scalar.Text.Trim();
                return text.Length == 0 ? null : text;
            default:
                Fail($"{key} is a list or a mapping; expected a single value.");
                return null;
        }
    }

    private string Required(string key, string expected)
    {
        var before = _errors.Count;
        var value = Optional(key);
        if (value is null && _errors.Count == before)
        {
            Fail($"{key} is missing or empty; expected {expected}.");
        }

        return value ?? "";
    }

    private string Database(string key)
    {
        var value = Required(key, "a database name");
        if (value.Length > 64 || value.Any(char.IsControl))
        {
            Fail($"{key} is not a database name; expected at most 64 characters and no control characters.");
        }
        else if (value.Length > 0 && !BackupName().IsMatch(value))
        {
            _errors.Add(
                $"{key}: '{value}' has characters that the backup does not support; expected letters, digits, _, $ "
                    + "and -. OMS does not allow another name, so upgrade this system by hand.");
        }
        else if (SystemDatabases.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            Fail(
                $"{key}: '{value}' is a system database of the server; expected a database that belongs to OMS alone, "
                    + "because a rollback drops and restores it.");
        }

        return value;
    }

    private int Integer(string key, int? fallback, int minimum, int maximum, string expected)
    {
        var text = fallback is null ? Required(key, expected) : Optional(key);
        if (string.IsNullOrEmpty(text))
        {
            return fallback ?? minimum;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum
            && number <= maximum)
        {
            return number;
        }

        Fail($"{key}: '{text}' is not {expected}.");
        return fallback ?? minimum;
    }

    private bool Boolean(string key, bool fallback)
    {
        var text = Optional(key);
        switch (text?.ToLowerInvariant())
        {
            case null:
                return fallback;
            case "true" or "yes" or "on" or "y" or "1":
                return true;
            case "false" or "no" or "off" or "n" or "0":
                return false;
            default:
                Fail($"{key}: '{text}' is neither true nor false.");
                return fallback;
        }
    }

    private List<string> Nodes()
    {
        List<string> nodes = [];
        var problem = "cm_nodes is missing or empty";
        switch (_values.GetValueOrDefault(NodesKey))
        {
            case YamlValue.List list:
                nodes.AddRange(list.Items.Where(item => item is not YamlValue.Nothing)
                    .Select(item => (item as YamlValue.Scalar)?.Text.Trim() ?? ""));
                for (var blank = nodes.RemoveAll(node => node.Length == 0); blank > 0; blank--)
                {
                    Fail("cm_nodes has an entry that is not a single value; expected the addresses of the region's "
                        + "nodes.");
                }

                break;
            case YamlValue.Scalar scalar:
                nodes.AddRange(
                    scalar.Text.Split(
                        [',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                break;
            case YamlValue.Map:
                problem = "cm_nodes is a mapping";
                break;
            default:
                break;
        }

        if (nodes.Count == 0)
        {
            Fail($"{problem}; expected a list of the addresses of the region's nodes.");
        }

        return nodes;
    }

    // Quotes, order and comments of the file do not count.
    private static string Text(YamlValue value) => value switch
    {
        YamlValue.Scalar scalar => scalar.Text.Trim(),
        YamlValue.List list => $"[{string.Join(',', list.Items.Select(Text))}]",
        YamlValue.Map map => "{" + string.Join(
            ',', map.Entries.Select(e => $"{e.Key}:{Text(e.Value)}").Order(StringComparer.Ordinal)) + "}",
        _ => "",
    };

    private static string Checksum(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static bool IsSecret(string key) =>
        SecretWords.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase));

    private void Fail(string sentence) => _errors.Add($"{sentence} {WayOut}");

    [GeneratedRegex(Patterns.DatabaseName, RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BackupName();
}

/// <summary>Reads YAML into <see cref="YamlValue"/>s. A key given twice is kept twice: the caller takes the last, as
/// OMS's parser does.</summary>
internal static class YamlText
{
    private const int MaximumDepth = 32;

    /// <summary>Reads the first document.</summary>
    /// <exception cref="FormatException">What is wrong and where. Never the text itself: it holds passwords, and the
    /// library's own messages may quote it.</exception>
    internal static YamlValue Read(string yaml)
    {
        try
        {
            var parser = new Parser(new StringReader(yaml));
            parser.Consume<StreamStart>();
            return parser.TryConsume<DocumentStart>(out _) ? Value(parser, 0) : new YamlValue.Nothing();
        }
        catch (YamlException problem)
        {
            throw At(problem.Start, "is not valid YAML");
        }
    }

    private static YamlValue Value(Parser parser, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw At(parser.Current!.Start, "is nested too deeply");
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
                items.Add(Value(parser, depth + 1));
            }

            return new YamlValue.List(items);
        }

        if (!parser.TryConsume<MappingStart>(out _))
        {
            throw At(parser.Current!.Start, "has an alias (*name); a value that begins with * must be quoted");
        }

        var entries = new List<KeyValuePair<string, YamlValue>>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
            {
                throw At(parser.Current!.Start, "has a key that is not a plain word");
            }

            entries.Add(new KeyValuePair<string, YamlValue>(key.Value.Trim(), Value(parser, depth + 1)));
        }

        return new YamlValue.Map(entries);
    }

    private static FormatException At(Mark mark, string what) =>
        new($"line {mark.Line}, column {mark.Column} {what}");
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
