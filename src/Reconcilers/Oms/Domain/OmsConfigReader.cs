namespace Drydock.Reconcilers.Oms;

/// <summary>Reads a config.yaml into an <see cref="OmsConfig"/> and lists all its errors.</summary>
internal sealed partial class OmsConfigReader
{
    private const string NodesKey = "cm_nodes";
    private const string WayOut = "Correct it in this node's config.yaml.";

    private static readonly string[] SecretWords =
    [
        "password",
        "passwd",
        "pwd",
        "secret",
        "token",
        "credential",
        "access_key",
        "accesskey",
        "private_key",
        "api_key",
    ];

    private static readonly string[] OtherValues =
    [
        "drc_user",
        "drc_password",
        "cm_url",
        "cm_region_cn",
        "tsdb_service",
        "tsdb_url",
        "tsdb_username",
        "tsdb_password",
        "apsara_audit_sls_access_key",
        "apsara_audit_sls_access_secret",
        "apsara_audit_sls_endpoint",
        "apsara_audit_sls_ops_site_topic",
        "apsara_audit_sls_user_site_topic",
    ];

    private static readonly string[] SystemDatabases =
        ["mysql", "information_schema", "performance_schema", "sys", "oceanbase", "__recyclebin", "__public"];

    private readonly Dictionary<string, YamlValue> _values = new(StringComparer.Ordinal);
    private readonly List<string> _errors = [];
    private readonly List<Secret> _secrets = [];

    internal static OmsConfigResult Read(string yaml)
    {
        var root = YamlText.Read(yaml, out var error);
        if (root is not YamlValue.Map map)
        {
            var what = error
                ?? (root is YamlValue.Nothing ? "the file is empty" : "the file is not a list of 'key: value' lines");
            return new OmsConfigResult(null, [$"config.yaml cannot be read: {what}. {WayOut}"], []);
        }

        var reader = new OmsConfigReader();
        reader.CollectSecrets(map, inside: false);
        foreach (var (key, value) in map.Entries)
        {
            reader._values[key] = value;
        }

        var config = reader.Build();
        return new OmsConfigResult(reader._errors.Count == 0 ? config : null, reader._errors, config.SecretValues);
    }

    private OmsConfig Build()
    {
        var config = new OmsConfig
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
            CmNodes = Nodes(),
            Ports = Ports(),
            Checksums = new Dictionary<string, string>(StringComparer.Ordinal),
            SecretValues = [.. _secrets.Distinct()],
        };

        // The operator does not use them, but reports a list or mapping in their place.
        Boolean("tsdb_enabled", false);
        foreach (var key in OtherValues)
        {
            Optional(key);
        }

        return config with
        {
            Checksums = _values.ToDictionary(
                pair => pair.Key,
                pair => Checksum(
                    pair.Key == NodesKey ? string.Join(',', NodeAddress.Set(config.CmNodes)) : Text(pair.Value)),
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

    private void CollectSecrets(YamlValue value, bool inside)
    {
        switch (value)
        {
            case YamlValue.Scalar scalar when inside && scalar.Text.Length > 0:
                _secrets.Add(new Secret(scalar.Text));
                break;
            case YamlValue.List list:
                foreach (var item in list.Items)
                {
                    CollectSecrets(item, inside);
                }

                break;
            case YamlValue.Map map:
                foreach (var (key, item) in map.Entries)
                {
                    CollectSecrets(item, inside || IsSecret(key));
                }

                break;
            default:
                break;
        }
    }

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
        var nodes = new List<string>();
        switch (_values.GetValueOrDefault(NodesKey))
        {
            case YamlValue.List list:
                foreach (var item in list.Items)
                {
                    if (item is YamlValue.Scalar scalar && scalar.Text.Trim() is { Length: > 0 } text)
                    {
                        nodes.Add(text);
                    }
                    else if (item is not YamlValue.Nothing)
                    {
                        Fail(
                            "cm_nodes has an entry that is not a single value; expected the addresses of the region's "
                                + "nodes.");
                    }
                }

                break;
            case YamlValue.Scalar scalar:
                nodes.AddRange(
                    scalar.Text.Split(
                        [',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                break;
            case YamlValue.Map:
                Fail("cm_nodes is a mapping; expected a list of the addresses of the region's nodes.");
                return nodes;
            default:
                break;
        }

        if (nodes.Count == 0)
        {
            Fail("cm_nodes is missing or empty; expected a list of the addresses of the region's nodes.");
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
