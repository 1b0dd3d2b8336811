namespace Drydock.Clients.MySql;

/// <summary>Names inside SQL, where parameters are not possible.</summary>
public static class MySqlIdentifier
{
    /// <summary>Quotes a database, table or column name with backticks.</summary>
    /// <exception cref="ArgumentException">Empty, longer than 64 characters or with a NUL, which every server
    /// refuses.</exception>
    public static string Quote(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > 64 || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"'{name}' is not a MySQL name. Use at most 64 characters and no NUL.", nameof(name));
        }

        return $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";
    }
}
