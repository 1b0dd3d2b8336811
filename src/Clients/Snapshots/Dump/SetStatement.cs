namespace Drydock.Clients.Snapshots;

/// <summary>
/// The SET statements of a dump: only session variables that change how rows and definitions are read, no global ones.
/// </summary>
internal static class SetStatement
{
    /// <summary>What mysqldump sets.</summary>
    private static readonly HashSet<string> Variables = new(StringComparer.Ordinal)
    {
        "AUTOCOMMIT",
        "CHARACTER_SET_CLIENT",
        "CHARACTER_SET_CONNECTION",
        "CHARACTER_SET_RESULTS",
        "COLLATION_CONNECTION",
        "FOREIGN_KEY_CHECKS",
        "NOTE_VERBOSITY", "SQL_MODE", "SQL_NOTES", "TIME_ZONE", "UNIQUE_CHECKS",
    };

    /// <summary>What mydumper sets.</summary>
    private static readonly HashSet<string> RowsVariables =
        new(StringComparer.Ordinal) { "FOREIGN_KEY_CHECKS", "TIME_ZONE", "UNIQUE_CHECKS" };

    // Character sets in which no byte of a multi-byte character looks like a quote or a backslash.
    private static readonly HashSet<string> NamesOf =
        new(StringComparer.Ordinal) { "UTF8", "UTF8MB3", "UTF8MB4", "LATIN1", "BINARY", "ASCII" };

    /// <summary>Applies a statement to the session.</summary>
    /// <param name="cursor">Behind SET.</param>
    /// <param name="part">The part it is in.</param>
    /// <param name="session">The session.</param>
    /// <returns>Why it is refused; null: accepted.</returns>
    internal static string? Apply(TokenCursor cursor, SnapshotPart part, DumpSession session)
    {
        do
        {
            if (One(cursor, part, session) is { } refusal)
            {
                return refusal;
            }
        }
        while (cursor.Mark(','));
        return cursor.IsAtEnd ? null : "it assigns something other than a constant or a variable";
    }

    private static string? One(TokenCursor cursor, SnapshotPart part, DumpSession session)
    {
        if (cursor.Words("NAMES"))
        {
            return Names(cursor, session);
        }

        var isUser = false;
        if (cursor.Mark('@'))
        {
            isUser = !cursor.Mark('@');
        }

        var name = cursor.Word();
        if (name is "SESSION" or "LOCAL" && !isUser)
        {
            cursor.Mark('.');
            name = cursor.Word();
        }

        cursor.Mark(':');
        var assigned = cursor.Mark('=');
        if (name is null || !assigned)
        {
            return $"it does not assign a session variable ({name})";
        }

        if (isUser)
        {
            return Keep(cursor, name, session);
        }

        return (part == SnapshotPart.Rows ? RowsVariables : Variables).Contains(name)
            ? Assign(cursor, name, session)
            : $"it sets {name}, which is not among the session variables that a dump sets";
    }

    private static string? Names(TokenCursor cursor, DumpSession session)
    {
        var characterSet = cursor.Word() ?? cursor.Literal()?.ToUpperInvariant();
        if (characterSet is null || !NamesOf.Contains(characterSet))
        {
            return $"SET NAMES {characterSet} is not one of {string.Join(", ", NamesOf.Order(StringComparer.Ordinal))}";
        }

        session.SetClient(characterSet);
        return cursor.Words("COLLATE") && cursor.Word() is null && cursor.Literal() is null
            ? "COLLATE has no name"
            : null;
    }

    private static string? Keep(TokenCursor cursor, string name, DumpSession session)
    {
        if (cursor.Mark('@'))
        {
            if (!cursor.Mark('@'))
            {
                return "it copies one user variable to another";
            }

            var variable = cursor.Word();
            if (variable is "SESSION" or "LOCAL" && cursor.Mark('.'))
            {
                variable = cursor.Word();
            }

            return variable is not null && Variables.Contains(variable) && session.Keep(name, variable)
                ? null
                : $"it reads {variable}, which is not among the session variables that a dump saves";
        }

        return "it sets a user variable to something other than a session variable";
    }

    private static string? Assign(TokenCursor cursor, string name, DumpSession session)
    {
        if (cursor.Mark('@'))
        {
            return cursor.Word() is { } user && session.Restore(name, user)
                ? null
                : $"it sets {name} to a value that the dump has not saved before";
        }

        var value = cursor.Literal() ?? cursor.Word();
        if (value is null)
        {
            return $"it sets {name} to something other than a constant";
        }

        switch (name)
        {
            case "SQL_MODE" when value == "DEFAULT":
                return "it sets SQL_MODE to a value that only the server knows";
            case "SQL_MODE":
                session.SetMode(value);
                break;
            case "CHARACTER_SET_CLIENT" when value.Any(static c => !char.IsAsciiLetterOrDigit(c) && c != '_'):
                return "it sets CHARACTER_SET_CLIENT to something other than the name of a character set";
            case "CHARACTER_SET_CLIENT":
                session.SetClient(value);
                break;
            default:
                break;
        }

        return null;
    }
}

/// <summary>
/// The session state set by the SET statements of a dump, as far as it changes how the following text is read: the
/// quoting rules of <c>sql_mode</c>, and whether a character may end in a byte that looks like a backslash.
/// </summary>
internal sealed class DumpSession
{
    private const int MostVariables = 64;

    private readonly Dictionary<string, (string? Mode, string? Client)> _variables =
        new(StringComparer.OrdinalIgnoreCase);
    private string _mode = "";
    private string _client = "";

    /// <summary>A backslash is an ordinary character in a string.</summary>
    internal bool PlainBackslash { get; private set; }

    /// <summary>Double quotes enclose names.</summary>
    internal bool AnsiQuotes { get; private set; }

    /// <summary>
    /// The client's character set has characters whose second byte may be an escape character. Only routines, triggers
    /// and events are written under such a character set.
    /// </summary>
    internal bool IsWide => _client.ToUpperInvariant() is "GBK" or "GB18030" or "BIG5" or "SJIS" or "CP932";

    /// <summary>The name of the character set that the client says it uses.</summary>
    internal string ClientCharacterSet => _client;

    internal void SetMode(string mode)
    {
        _mode = mode;
        PlainBackslash = mode.Contains("NO_BACKSLASH_ESCAPES", StringComparison.OrdinalIgnoreCase);

        // These modes are combinations that include ANSI_QUOTES.
        AnsiQuotes = mode.Split(',').Any(
            static m =>
                m.Trim()
                    .ToUpperInvariant() is "ANSI_QUOTES"
                        or "ANSI"
                        or "ORACLE"
                        or "MSSQL"
                        or "POSTGRESQL"
                        or "DB2"
                        or "MAXDB");
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
    /// Restores a system variable from a kept value; false: the variable changes how text is read, and no value was
    /// kept under that name.
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
