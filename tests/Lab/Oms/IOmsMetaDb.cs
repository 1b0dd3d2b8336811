namespace Drydock.Lab.Oms;

/// <summary>The server of OMS' metadata (MySQL protocol), with administrator rights.</summary>
public interface IOmsMetaDb
{
    /// <summary>The address of the server for the OMS containers.</summary>
    string Host { get; }

    /// <summary>The TCP port of the server.</summary>
    int Port { get; }

    /// <summary>
    /// Runs one or more statements separated by <c>;</c> and returns the rows of all of them in the format of <c>mysql
    /// --batch --skip-column-names</c>: a line a row, cells separated by tabs, NULL as <c>NULL</c>, tab, newline and
    /// backslash inside a cell escaped.
    /// </summary>
    /// <exception cref="Exception">The server refused a statement. The message contains its error.</exception>
    Task<string> ExecAsync(string sql, string? db = null);
}
