namespace Drydock.Lab;

/// <summary>
/// Analyses a SQL statement for a fault proxy: its first word, whether it changes something, and a form without
/// literals.
/// </summary>
internal static class SqlStatement
{
    private static readonly HashSet<string> Changing = new(StringComparer.OrdinalIgnoreCase)
    {
        "INSERT", "UPDATE", "DELETE", "REPLACE", "ALTER", "DROP", "CREATE", "RENAME", "TRUNCATE", "LOAD", "GRANT",
        "REVOKE",
        "CALL", "LOCK", "FLUSH", "COMMIT", "IMPORT", "OPTIMIZE", "ANALYZE", "REPAIR",
    };

    /// <summary>
    /// The first word in upper case; GET_LOCK and RELEASE_LOCK for the SELECT (or DO) that calls one of them.
    /// </summary>
    public static string Verb(string sql)
    {
        var rest = SkipComments(sql);
        var end = 0;
        while (end < rest.Length && (char.IsLetter(rest[end]) || rest[end] == '_'))
        {
            end++;
        }

        var word = rest[..end].ToUpperInvariant();
        if (word is "SELECT" or "DO" or "SET")
        {
            foreach (var function in new[] { "GET_LOCK", "RELEASE_LOCK", "RELEASE_ALL_LOCKS" })
            {
                if (rest.Contains(function + "(", StringComparison.OrdinalIgnoreCase))
                {
                    return function;
                }
            }
        }

        return word;
    }

    /// <summary>Whether the statement changes something (data, structure, rights, locks).</summary>
    public static bool Changes(string sql) =>
        Verb(sql) is var verb && (Changing.Contains(verb) || verb.Contains("_LOCK", StringComparison.Ordinal));

    /// <summary>
    /// The statement on one line, with every literal replaced by a question mark, so that no user value gets into a
    /// ledger.
    /// </summary>
    public static string Shape(string sql)
    {
        const int MaxLength = 300;
        var shape = new StringBuilder();
        for (var i = 0; i < sql.Length && shape.Length < MaxLength; i++)
        {
            var c = sql[i];
            if (c is '\'' or '"')
            {
                i = EndOfLiteral(sql, i);
                shape.Append('?');
            }
            else if (char.IsAsciiDigit(c)
                && (shape.Length == 0 || !(char.IsLetterOrDigit(shape[^1]) || shape[^1] is '_' or '$' or '`')))
            {
                while (i + 1 < sql.Length && (char.IsAsciiLetterOrDigit(sql[i + 1]) || sql[i + 1] == '.'))
                {
                    i++;
                }

                shape.Append('?');
            }
            else if (!char.IsWhiteSpace(c))
            {
                shape.Append(c);
            }
            else if (shape.Length > 0 && shape[^1] != ' ')
            {
                shape.Append(' ');
            }
        }

        return shape.ToString().TrimEnd();
    }

    private static int EndOfLiteral(string sql, int start)
    {
        for (var i = start + 1; i < sql.Length; i++)
        {
            if (sql[i] == '\\')
            {
                i++;
            }
            else if (sql[i] == sql[start])
            {
                return i;
            }
        }

        return sql.Length - 1;
    }

    private static string SkipComments(string sql)
    {
        var rest = sql.AsSpan().TrimStart();
        while (true)
        {
            if (rest.StartsWith("/*!") || rest.StartsWith("/*M!"))
            {
                // A comment that the server executes, as in dumps: /*!40000 ALTER TABLE … */
                rest = rest[(rest.IndexOf('!') + 1)..].TrimStart("0123456789").TrimStart();
            }
            else if (rest.StartsWith("/*") && rest.IndexOf("*/") is var end and >= 0)
            {
                rest = rest[(end + 2)..].TrimStart();
            }
            else if ((rest.StartsWith("-- ") || rest.StartsWith("#")) && rest.IndexOf('\n') is var line and >= 0)
            {
                rest = rest[(line + 1)..].TrimStart();
            }
            else
            {
                return rest.TrimStart('(').ToString();
            }
        }
    }
}
