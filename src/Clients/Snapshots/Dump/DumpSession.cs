namespace Drydock.Clients.Snapshots;

/// <summary>
/// What the SET statements of a dump make of the session, as far as it changes how the text behind them is read: the
/// quoting rules of <c>sql_mode</c>, and whether a character may end in a byte that looks like a backslash.
/// </summary>
internal sealed class DumpSession
{
    private const int MostVariables = 64;

    private readonly Dictionary<string, (string? Mode, string? Client)> _variables = new(StringComparer.OrdinalIgnoreCase);
    private string _mode = "";
    private string _client = "";

    /// <summary>A backslash is an ordinary character of a text.</summary>
    internal bool PlainBackslash { get; private set; }

    /// <summary>What is in double quotes is a name.</summary>
    internal bool AnsiQuotes { get; private set; }

    /// <summary>
    /// The client's character set has characters whose second byte may be a quote's escape: only programs are written
    /// under such a one.
    /// </summary>
    internal bool IsWide => _client.ToUpperInvariant() is "GBK" or "GB18030" or "BIG5" or "SJIS" or "CP932";

    /// <summary>The name of the character set that the client says it uses.</summary>
    internal string ClientCharacterSet => _client;

    internal void SetMode(string mode)
    {
        _mode = mode;
        PlainBackslash = mode.Contains("NO_BACKSLASH_ESCAPES", StringComparison.OrdinalIgnoreCase);

        // These modes stand for several, ANSI_QUOTES among them.
        AnsiQuotes = mode.Split(',').Any(static m => m.Trim().ToUpperInvariant() is "ANSI_QUOTES" or "ANSI" or "ORACLE" or "MSSQL" or "POSTGRESQL" or "DB2" or "MAXDB");
    }

    internal void SetClient(string characterSet) => _client = characterSet;

    /// <summary>Keeps the value of a system variable under a name; false: too many names.</summary>
    internal bool Keep(string name, string variable)
    {
        if (!_variables.ContainsKey(name) && _variables.Count >= MostVariables)
        {
            return false;
        }

        _variables[name] = variable switch
        {
            "SQL_MODE" => (_mode, null),
            "CHARACTER_SET_CLIENT" => (null, _client),
            _ => (null, null),
        };
        return true;
    }

    /// <summary>
    /// Gives a system variable the value kept under a name; false: it changes how the text is read, and no value of it
    /// is kept there.
    /// </summary>
    internal bool Restore(string variable, string name)
    {
        _variables.TryGetValue(name, out var kept);
        switch (variable)
        {
            case "SQL_MODE" when kept.Mode is not null:
                SetMode(kept.Mode);
                return true;
            case "CHARACTER_SET_CLIENT" when kept.Client is not null:
                SetClient(kept.Client);
                return true;
            default:
                return variable is not ("SQL_MODE" or "CHARACTER_SET_CLIENT");
        }
    }
}
