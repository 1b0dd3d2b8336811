namespace Drydock.Clients.MySql;

/// <summary>What the SQL text of a command may contain, because the package does not check it or checks too
/// much.</summary>
internal static class StatementRules
{
    /// <param name="sql">The text.</param>
    /// <param name="hasParameters">The package splits such a command into statements itself, so the server, which is
    /// not allowed to take several, does not see it. It refuses a name without a parameter itself.</param>
    /// <param name="options">What is allowed.</param>
    /// <exception cref="InvalidOperationException">A second statement, or an <c>@name</c> that is no parameter; the
    /// package would also refuse the account <c>user@'host'</c>.</exception>
    internal static void Require(string sql, bool hasParameters, MySqlConnectionStringBuilder options)
    {
        var quote = '\0';
        for (var i = 0; i < sql.Length; i++)
        {
            if (quote != '\0')
            {
                quote = sql[i] == quote ? '\0' : quote;
            }
            else if (sql[i] is '\'' or '"' or '`')
            {
                quote = sql[i];
            }
            else if (IsComment(sql, i))
            {
                var end = sql.IndexOf("*/", i + 2, StringComparison.Ordinal);
                i = end < 0 ? sql.Length : end + 1;
            }
            else if (hasParameters)
            {
                RequireEnd(sql, i, options);
            }
            else if (sql[i] == '@' && !options.AllowUserVariables && IsVariable(sql, i))
            {
                throw new InvalidOperationException(
                    $"'{Name(sql, i)}' in the statement has no parameter; add it, or set Allow User Variables=true if "
                        + "it is a user variable.");
            }
        }
    }

    // The server executes what is in /*! and /*M!.
    private static bool IsComment(string sql, int at) =>
        sql[at] == '/' && at + 2 < sql.Length && sql[at + 1] == '*' && sql[at + 2] is not ('!' or 'M');

    private static void RequireEnd(string sql, int at, MySqlConnectionStringBuilder options)
    {
        if (sql[at] == ';' && !options.AllowMultipleStatements && !sql.AsSpan(at).Trim("; \t\r\n").IsEmpty)
        {
            throw new InvalidOperationException(
                "A command with parameters must be one statement: something follows a semicolon.");
        }
    }

    // user@host, 'user'@'host' and `user`@`host` name an account, @@name is a variable of the server.
    private static bool IsVariable(string sql, int at)
    {
        var before = at == 0 ? ' ' : sql[at - 1];
        var after = at + 1 == sql.Length ? ' ' : sql[at + 1];
        return before is not ('@' or '\'' or '"' or '`' or '_' or '$')
            && !char.IsLetterOrDigit(before)
            && after != '@';
    }

    private static string Name(string sql, int at)
    {
        var end = at + 1;
        while (end < sql.Length && (char.IsLetterOrDigit(sql[end]) || sql[end] is '_' or '$'))
        {
            end++;
        }

        return sql[at..end];
    }
}
