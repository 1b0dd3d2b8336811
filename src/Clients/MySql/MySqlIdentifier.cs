namespace Drydock.Clients.MySql;

/// <summary>Names inside SQL, where parameters cannot go.</summary>
public static class MySqlIdentifier
{
    /// <summary>Quotes a database, table or column name with backticks.</summary>
    /// <exception cref="ArgumentException">Empty, longer than 64 characters or with a NUL, which no server
    /// takes.</exception>
    public static string Quote(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > 64 || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{name}' is no MySQL name: at most 64 characters, no NUL.", nameof(name));
        }

        return $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";
    }
}
