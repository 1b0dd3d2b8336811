namespace Drydock.Lab.Oms;

/// <summary>The MySQL-protocol server that holds OMS' metadata, reached as its administrator.</summary>
public interface IOmsMetaDb
{
    /// <summary>The address under which the OMS containers reach the server.</summary>
    string Host { get; }

    /// <summary>The TCP port of the server.</summary>
    int Port { get; }

    /// <summary>
    /// Runs one or more statements separated by <c>;</c> and returns the rows of all of them, as <c>mysql --batch
    /// --skip-column-names</c> prints them: a line a row, cells separated by tabs, NULL as <c>NULL</c>, tab, newline
    /// and backslash inside a cell escaped.
    /// </summary>
    /// <exception cref="Exception">The server refused a statement; the message holds its error.</exception>
    Task<string> ExecAsync(string sql, string? db = null);
}
