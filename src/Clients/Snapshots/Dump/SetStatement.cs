namespace Drydock.Clients.Snapshots;

/// <summary>
/// The SET statements of a dump: session variables that change how rows and definitions are read, and nothing of the
/// server's.
/// </summary>
internal static class SetStatement
{
    /// <summary>What mysqldump sets.</summary>
    private static readonly HashSet<string> Variables = new(StringComparer.Ordinal)
    {
        "AUTOCOMMIT", "CHARACTER_SET_CLIENT", "CHARACTER_SET_CONNECTION", "CHARACTER_SET_RESULTS", "COLLATION_CONNECTION", "FOREIGN_KEY_CHECKS",
        "NOTE_VERBOSITY", "SQL_MODE", "SQL_NOTES", "TIME_ZONE", "UNIQUE_CHECKS",
    };

    /// <summary>What mydumper sets.</summary>
    private static readonly HashSet<string> RowsVariables = new(StringComparer.Ordinal) { "FOREIGN_KEY_CHECKS", "TIME_ZONE", "UNIQUE_CHECKS" };

    // Those in which no byte of a character looks like a quote or a backslash.
    private static readonly HashSet<string> NamesOf = new(StringComparer.Ordinal) { "UTF8", "UTF8MB3", "UTF8MB4", "LATIN1", "BINARY", "ASCII" };

    /// <summary>Applies a statement to the session.</summary>
    /// <param name="cursor">Behind SET.</param>
    /// <param name="part">The part that holds it.</param>
    /// <param name="session">The session.</param>
    /// <returns>Why it is refused; null: it is not.</returns>
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
            return $"it is not the assignment of a session variable ({name})";
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
            return $"SET NAMES {characterSet} is none of {string.Join(", ", NamesOf.Order(StringComparer.Ordinal))}";
        }

        session.SetClient(characterSet);
        return cursor.Words("COLLATE") && cursor.Word() is null && cursor.Literal() is null ? "COLLATE has no name" : null;
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

            return variable is not null && Variables.Contains(variable) && session.Keep(name, variable) ? null : $"it reads {variable}, which is not among the session variables that a dump saves";
        }

        return "it gives a user variable something other than a session variable";
    }

    private static string? Assign(TokenCursor cursor, string name, DumpSession session)
    {
        if (cursor.Mark('@'))
        {
            return cursor.Word() is { } user && session.Restore(name, user) ? null : $"it sets {name} to what the dump has not saved before";
        }

        var value = cursor.Literal() ?? cursor.Word();
        if (value is null)
        {
            return $"it sets {name} to something other than a constant";
        }

        switch (name)
        {
            case "SQL_MODE" when value == "DEFAULT":
                return "it sets SQL_MODE to what only the server knows";
            case "SQL_MODE":
                session.SetMode(value);
                break;
            case "CHARACTER_SET_CLIENT" when value.Any(static c => !char.IsAsciiLetterOrDigit(c) && c != '_'):
                return "it sets CHARACTER_SET_CLIENT to no name of a character set";
            case "CHARACTER_SET_CLIENT":
                session.SetClient(value);
                break;
            default:
                break;
        }

        return null;
    }
}
