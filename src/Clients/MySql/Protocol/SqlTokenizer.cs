using System.Text;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>
/// Finds <c>@name</c> parameters in a statement and puts <c>?</c> in their place, leaving strings, quoted names and
/// comments unchanged.
/// </summary>
internal static class SqlTokenizer
{
    /// <summary>Rewrites <paramref name="sql"/>.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="isParameter">Returns whether a name (without <c>@</c>) is a parameter.</param>
    /// <param name="allowUserVariables">Other names with one <c>@</c> are user variables; otherwise an error.</param>
    /// <param name="backslashEscapes">False when the session runs with NO_BACKSLASH_ESCAPES.</param>
    /// <exception cref="InvalidOperationException">A name has no parameter, or a bare <c>?</c> was found.</exception>
    internal static RewrittenSql Rewrite(
        string sql, Func<string, bool> isParameter, bool allowUserVariables, bool backslashEscapes)
    {
        var text = new StringBuilder(sql.Length);
        var names = new List<string>();
        var i = 0;
        while (i < sql.Length)
        {
            var end = SkipOpaque(sql, i, backslashEscapes);
            if (end > i)
            {
                text.Append(sql, i, end - i);
                i = end;
            }
            else if (sql[i] == '@')
            {
                i = Variable(sql, i, text, names, isParameter, allowUserVariables, backslashEscapes);
            }
            else if (sql[i] == '?')
            {
                throw new InvalidOperationException("The statement contains a bare '?'. Parameters are written @name.");
            }
            else
            {
                text.Append(sql[i++]);
            }
        }

        return new RewrittenSql(text.ToString(), names);
    }

    // Strings, quoted names and comments: returns where they end, or the start if there is none here.
    private static int SkipOpaque(string sql, int i, bool backslashEscapes)
    {
        var c = sql[i];
        var next = i + 1 < sql.Length ? sql[i + 1] : '\0';
        return c switch
        {
            '\'' or '"' => Quoted(sql, i, backslashEscapes),
            '`' => Quoted(sql, i, backslashEscapes: false),
            '#' => Line(sql, i),
            '-' when next == '-' && (i + 2 >= sql.Length || sql[i + 2] <= ' ') => Line(sql, i),

            // A /*! or /*M! comment is code for the server; only its opening is skipped.
            '/' when next == '*' && i + 2 < sql.Length && sql[i + 2] == '!' => i + 3,
            '/' when next == '*' && i + 3 < sql.Length && sql[i + 2] == 'M' && sql[i + 3] == '!' => i + 4,
            '/' when next == '*' =>
                sql.IndexOf("*/", i + 2, StringComparison.Ordinal) is var e && e >= 0 ? e + 2 : sql.Length,
            _ => i,
        };
    }

    private static int Quoted(string sql, int i, bool backslashEscapes)
    {
        var quote = sql[i++];
        while (i < sql.Length)
        {
            if (sql[i] == '\\' && backslashEscapes)
            {
                i += 2;
            }
            else if (sql[i] != quote)
            {
                i++;
            }
            else if (i + 1 < sql.Length && sql[i + 1] == quote)
            {
                i += 2;
            }
            else
            {
                return i + 1;
            }
        }

        return sql.Length;
    }

    private static int Line(string sql, int i) => sql.IndexOf('\n', i) is var e && e >= 0 ? e + 1 : sql.Length;

    private static int Variable(
        string sql,
        int i,
        StringBuilder text,
        List<string> names,
        Func<string, bool> isParameter,
        bool allowUserVariables,
        bool backslashEscapes)
    {
        var start = i + 1;
        if (start < sql.Length && sql[start] is '@')
        {
            // @@system_variable
            var systemEnd = NameEnd(sql, start + 1, dots: true);
            text.Append(sql, i, systemEnd - i);
            return systemEnd;
        }

        if (start < sql.Length && sql[start] is '`' or '\'' or '"')
        {
            var quotedEnd = Quoted(sql, start, backslashEscapes);
            RequireUserVariables(sql[i..quotedEnd], allowUserVariables || AfterQuote(sql, i) || AfterWord(sql, i));
            text.Append(sql, i, quotedEnd - i);
            return quotedEnd;
        }

        var end = NameEnd(sql, start, dots: false);
        var name = sql[start..end];
        if (AfterQuote(sql, i))
        {
            text.Append(sql, i, end - i);
        }
        else if (isParameter(name))
        {
            names.Add(name);
            text.Append('?');
        }
        else
        {
            RequireUserVariables(sql[i..end], allowUserVariables || AfterWord(sql, i));
            text.Append(sql, i, end - i);
        }

        return Math.Max(end, start);
    }

    // user@host, 'user'@'host', `user`@`host` name an account; a variable is not valid syntax directly after a name or
    // a string.
    private static bool AfterQuote(string sql, int at) => at > 0 && sql[at - 1] is ('\'' or '`' or '"');

    private static bool AfterWord(string sql, int at) =>
        at > 0 && (char.IsLetterOrDigit(sql[at - 1]) || sql[at - 1] is '_' or '$');

    private static void RequireUserVariables(string name, bool allowed)
    {
        if (!allowed)
        {
            throw new InvalidOperationException(
                $"'{name}' in the statement has no parameter; add it, or set Allow User Variables=true if it is a user "
                    + "variable.");
        }
    }

    private static int NameEnd(string sql, int i, bool dots)
    {
        while (i < sql.Length && (char.IsLetterOrDigit(sql[i]) || sql[i] is '_' or '$' || (dots && sql[i] == '.')))
        {
            i++;
        }

        return i;
    }
}

/// <summary>A statement with <c>?</c> for each parameter, and the names in order.</summary>
internal sealed record RewrittenSql(string Text, IReadOnlyList<string> Names);
