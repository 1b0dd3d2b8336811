namespace Drydock.Clients.MySql;

/// <summary>How to reach and log in to a server. Keys are those of MySqlConnector if it has them; an unknown key is
/// refused.</summary>
/// <remarks>It contains the password in clear text, as every connection string does. Do not log it; use
/// <see cref="Describe"/> in messages.</remarks>
[SuppressMessage("Design", "CA1010", Justification = "The shape of ADO.NET.")]
public sealed class MySqlConnectionStringBuilder : DbConnectionStringBuilder
{
    private static readonly Dictionary<string, string> KnownKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Server"] = "Server",
        ["Host"] = "Server",
        ["Data Source"] = "Server",
        ["Port"] = "Port",
        ["User ID"] = "User ID",
        ["User"] = "User ID",
        ["Uid"] = "User ID",
        ["Username"] = "User ID",
        ["Password"] = "Password",
        ["Pwd"] = "Password",
        ["Database"] = "Database",
        ["Initial Catalog"] = "Database",
        ["Unix Socket"] = "Unix Socket",
        ["Relay Socket"] = "Relay Socket",
        ["SSL Mode"] = "SSL Mode",
        ["SslMode"] = "SSL Mode",
        ["SSL CA"] = "SSL CA",
        ["SslCa"] = "SSL CA",
        ["SSL CA PEM"] = "SSL CA PEM",
        ["SSL Cert"] = "SSL Cert",
        ["SslCert"] = "SSL Cert",
        ["SSL Key"] = "SSL Key",
        ["SslKey"] = "SSL Key",
        ["Connection Timeout"] = "Connection Timeout",
        ["Connect Timeout"] = "Connection Timeout",
        ["Default Command Timeout"] = "Default Command Timeout",
        ["Maximum Packet"] = "Maximum Packet",
        ["Treat Tiny As Boolean"] = "Treat Tiny As Boolean",
        ["Allow Multiple Statements"] = "Allow Multiple Statements",
        ["Allow User Variables"] = "Allow User Variables",
        ["Application Name"] = "Application Name",
    };

    /// <summary>Everything at its default.</summary>
    public MySqlConnectionStringBuilder()
    {
    }

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="ArgumentException">A key is unknown or the text is malformed.</exception>
    public MySqlConnectionStringBuilder(string connectionString) => ConnectionString = connectionString;

    public MySqlConnectionStringBuilder(MySqlConnectionStringBuilder other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ConnectionString = other.ConnectionString;
    }

    /// <summary>Host name or address. Default <c>localhost</c>, which here means TCP, never the socket file.</summary>
    public string Server { get => Text("Server", "localhost"); set => this["Server"] = value; }

    /// <summary>TCP port. Default 3306.</summary>
    public uint Port { get => Number("Port", 3306); set => Set("Port", value); }

    /// <summary>The user. OceanBase takes <c>user@tenant#cluster</c>.</summary>
    public string UserID { get => Text("User ID", ""); set => this["User ID"] = value; }

    public string Password { get => Text("Password", ""); set => this["Password"] = value; }

    /// <summary>The database selected at connect; empty for none.</summary>
    public string Database { get => Text("Database", ""); set => this["Database"] = value; }

    /// <summary>Path of a socket file, used instead of server and port when not empty.</summary>
    public string UnixSocket { get => Text("Unix Socket", ""); set => this["Unix Socket"] = value; }

    /// <summary>Path of a socket file that leads to <see cref="Server"/>; TLS and login are as over TCP. Empty for a
    /// direct connection.</summary>
    public string RelaySocket { get => Text("Relay Socket", ""); set => this["Relay Socket"] = value; }

    /// <summary>TLS. Default <see cref="MySqlSslMode.Disabled"/>.</summary>
    /// <exception cref="ArgumentException">The text names no mode.</exception>
    public MySqlSslMode SslMode
    {
        get => Mode(Text("SSL Mode", "Disabled"));
        set => this["SSL Mode"] = value.ToString();
    }

    /// <summary>Path of a PEM file with the CAs to trust; empty for the system's.</summary>
    public string SslCa { get => Text("SSL CA", ""); set => this["SSL CA"] = value; }

    /// <summary>The CAs to trust as PEM text, instead of <see cref="SslCa"/>. Programs get it by a file in memory that
    /// exists as long as they need it.</summary>
    public string SslCaPem { get => Text("SSL CA PEM", ""); set => this["SSL CA PEM"] = value; }

    public string SslCert { get => Text("SSL Cert", ""); set => this["SSL Cert"] = value; }

    public string SslKey { get => Text("SSL Key", ""); set => this["SSL Key"] = value; }

    /// <summary>Seconds to wait for a connection, TLS and login included. Default 15.</summary>
    public uint ConnectionTimeout { get => Number("Connection Timeout", 15); set => Set("Connection Timeout", value); }

    /// <summary>Seconds a command may take before it is cancelled. 0 for no limit. Default 30.</summary>
    public uint DefaultCommandTimeout
    {
        get => Number("Default Command Timeout", 30);
        set => Set("Default Command Timeout", value);
    }

    /// <summary>Bytes of one row, or of any other packet, that the server may send. A larger one ends the connection.
    /// Default 16 MiB.</summary>
    public uint MaximumPacket { get => Number("Maximum Packet", 16 << 20); set => Set("Maximum Packet", value); }

    /// <summary><c>tinyint(1)</c> reads as <see cref="bool"/>. Default true, as MySqlConnector.</summary>
    public bool TreatTinyAsBoolean
    {
        get => Flag("Treat Tiny As Boolean", defaultValue: true);
        set => Set("Treat Tiny As Boolean", value);
    }

    /// <summary>A command without parameters may contain several statements. Default false, which prevents one kind of
    /// injection.</summary>
    public bool AllowMultipleStatements
    {
        get => Flag("Allow Multiple Statements", defaultValue: false);
        set => Set("Allow Multiple Statements", value);
    }

    /// <summary>An <c>@name</c> without a parameter is a user variable of the session. Default false: it is an error,
    /// because a misspelt parameter would read as NULL.</summary>
    public bool AllowUserVariables
    {
        get => Flag("Allow User Variables", defaultValue: false);
        set => Set("Allow User Variables", value);
    }

    /// <summary>Connection attribute <c>program_name</c>. Default <c>drydock</c>.</summary>
    public string ApplicationName
    {
        get => Text("Application Name", "drydock");
        set => this["Application Name"] = value;
    }

    [AllowNull]
    public override object this[string keyword]
    {
        get => base[Canonical(keyword)];
        set => base[Canonical(keyword)] = value!;
    }

    /// <summary>User and address for messages, e.g. <c>drc@192.0.2.5:3306</c>; never the password.</summary>
    public string Describe() => UnixSocket.Length > 0
        ? $"{UserID}@{UnixSocket}"
        : string.Create(CultureInfo.InvariantCulture, $"{UserID}@{Server}:{Port}");

    public override bool ContainsKey(string keyword) =>
        KnownKeys.TryGetValue(keyword, out var key) && base.ContainsKey(key);

    public override bool Remove(string keyword) => KnownKeys.TryGetValue(keyword, out var key) && base.Remove(key);

    public override bool TryGetValue(string keyword, [NotNullWhen(true)] out object? value)
    {
        value = null;
        return KnownKeys.TryGetValue(keyword, out var key) && base.TryGetValue(key, out value);
    }

    private static string Canonical(string keyword)
    {
        ArgumentNullException.ThrowIfNull(keyword);
        return KnownKeys.TryGetValue(keyword, out var key)
            ? key
            : throw new ArgumentException(
                $"The connection string key '{keyword}' is unknown. Known: "
                    + $"{string.Join(", ", KnownKeys.Values.Distinct(StringComparer.Ordinal))}.",
                nameof(keyword));
    }

    private static MySqlSslMode Mode(string value) =>
        Enum.TryParse<MySqlSslMode>(value, ignoreCase: true, out var mode) && Enum.IsDefined(mode)
        ? mode
        : throw new ArgumentException(
            $"SSL Mode '{value}' is unknown; use Disabled, Required, VerifyCA or VerifyFull.", nameof(value));

    private string Text(string key, string defaultValue) =>
        base.TryGetValue(key, out var value) ? (string)value! : defaultValue;

    private uint Number(string key, uint defaultValue)
    {
        if (!base.TryGetValue(key, out var value))
        {
            return defaultValue;
        }

        return uint.TryParse((string)value!, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"{key} '{value}' is not a number of 0 or more.", nameof(key));
    }

    private bool Flag(string key, bool defaultValue)
    {
        if (!base.TryGetValue(key, out var value))
        {
            return defaultValue;
        }

        return bool.TryParse((string)value!, out var flag)
            ? flag
            : throw new ArgumentException($"{key} '{value}' is neither true nor false.", nameof(key));
    }

    private void Set(string key, uint value) => base[key] = value.ToString(CultureInfo.InvariantCulture);

    private void Set(string key, bool value) => base[key] = value ? "true" : "false";
}

/// <summary>The TLS requirement of a connection. There is no "Preferred", because a mode that falls back to clear text
/// gives no protection.</summary>
public enum MySqlSslMode
{
    /// <summary>Never TLS.</summary>
    Disabled,

    /// <summary>TLS or no connection; the certificate is not verified (protects only against eavesdropping).</summary>
    Required,

    /// <summary>TLS, the certificate must be signed by <see cref="MySqlConnectionStringBuilder.SslCa"/>, which must be
    /// set; its name is not compared.</summary>
    VerifyCA,

    /// <summary>TLS, the certificate must be signed by <see cref="MySqlConnectionStringBuilder.SslCa"/> (or a system
    /// CA) and contain the host's name.</summary>
    VerifyFull,
}
