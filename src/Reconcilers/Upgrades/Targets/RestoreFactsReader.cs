namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reads from a server what decides whether a dump can be loaded. Changes nothing.</summary>
internal static class RestoreFactsReader
{
    // 1044, 1142, 1227: missing privilege; 1049, 1109, 1146, 1193: unknown database, table or variable; 1235, 1305:
    // unsupported feature or function.
    private static readonly int[] NotTold = [1044, 1049, 1109, 1142, 1146, 1193, 1227, 1235, 1305];

    public static async Task<RestoreFacts> ReadAsync(
        MySqlSession session, string address, string user, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in await session.RowsAsync(
            "SHOW VARIABLES WHERE Variable_name IN ('datadir', 'log_bin', 'log_bin_trust_function_creators')",
            cancellationToken))
        {
            variables[row[0] ?? ""] = row[1] ?? "";
        }

        return new RestoreFacts
        {
            Address = address,
            Account = (await session.RowsAsync("SELECT CURRENT_USER()", cancellationToken))[0][0] ?? user,
            Grants = await GrantList.ReadAsync(
                async sql => (await session.RowsAsync(sql, cancellationToken)).Select(r => r[0] ?? "")),
            NamedLocks = await ServerLock.KindAsync(session, cancellationToken) == ServerLockKind.Function,
            FunctionsNeedSuper = IsOn("log_bin")
                && variables.ContainsKey("log_bin_trust_function_creators")
                && !IsOn("log_bin_trust_function_creators"),
            FreeBytes = await FreeAsync(session, variables.GetValueOrDefault("datadir"), cancellationToken),
        };

        bool IsOn(string name) =>
            variables.GetValueOrDefault(name) is { } value
                && value is not ("" or "0")
                && !string.Equals(value, "OFF", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The accounts that the views, routines, triggers and events of a database run as; a kind of object that
    /// the server does not list has none.</summary>
    public static async Task<IReadOnlyList<string>> DefinersAsync(
        MySqlSession session, string database, CancellationToken cancellationToken)
    {
        var definers = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var sql in (string[])
        [
            "SELECT DISTINCT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = @db",
            "SELECT DISTINCT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = @db",
            "SELECT DISTINCT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = @db",
            "SELECT DISTINCT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = @db",
        ])
        {
            definers.UnionWith(
                (await ToldAsync(session, sql, cancellationToken, ("@db", database)))
                    .Select(r => r[0] ?? "")
                    .Where(d => d.Length > 0));
        }

        return [.. definers];
    }

    public static async Task<List<string?[]>> ToldAsync(
        MySqlSession session,
        string sql,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters)
    {
        try
        {
            return await session.RowsAsync(sql, cancellationToken, parameters);
        }
        catch (MySqlSessionException e) when (NotTold.Contains(e.Number))
        {
            return [];
        }
    }

    // Only MariaDB reports free space, by its plugin DISKS, if the plugin is installed and the account has FILE.
    private static async Task<long?> FreeAsync(
        MySqlSession session, string? folder, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(folder) || session.Kind != MySqlServerKind.MariaDb)
        {
            return null;
        }

        var disks = await ToldAsync(session, "SELECT PATH, AVAILABLE FROM information_schema.DISKS", cancellationToken);
        return disks
            .Where(r => r[0] is { } path
                && (folder == path || folder.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal)))
            .OrderByDescending(r => r[0]!.Length)
            .Select(r => long.TryParse(r[1], NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes)
                ? kibibytes * 1024
                : (long?)null)
            .FirstOrDefault();
    }
}
