namespace Drydock.Clients.Snapshots;

/// <summary>What a dump loses, or may lack, without an error: an administrator must accept it before.</summary>
/// <param name="Failure">Its name is the reason of the finding.</param>
public sealed record DumpQuestion(SnapshotFailure Failure, string Subject, string Message)
{
    // Objects of others, and the privileges in their database, or on all, any of which shows them.
    private static readonly (string Objects, string[] Here, string[] Everywhere)[] Showing =
    [
        ("tables and views", ["SELECT"], []),
        ("triggers", ["TRIGGER"], []),
        ("events", ["EVENT"], []),
        ("routines", ["EXECUTE", "CREATE ROUTINE", "ALTER ROUTINE", "SHOW CREATE ROUTINE"], ["SELECT", "SHOW_ROUTINE"]),
    ];

    /// <summary>The entry that accepts it.</summary>
    public string Word => $"{Failure}/{Sentences.Word(Subject)}";

    public bool IsIn(IReadOnlyList<string> acknowledged) =>
        acknowledged.Contains(Word, StringComparer.Ordinal)
        || acknowledged.Contains(Failure.ToString(), StringComparer.Ordinal);

    /// <summary>Asked before a dump, and before a downtime with one. Changes nothing.</summary>
    /// <exception cref="MySqlSessionException">The server refuses a query.</exception>
    public static async Task<IReadOnlyList<DumpQuestion>> ReadAsync(
        MySqlSession session,
        IReadOnlyCollection<string> databases,
        string comment,
        CancellationToken cancellationToken)
    {
        // TiDB prints FLOAT exactly, and has none of these objects.
        if (session.Version.Contains("TiDB", StringComparison.OrdinalIgnoreCase))
        {
            return [];
        }

        var grants = await GrantList.ReadAsync(
            async sql => (await session.RowsAsync(sql, cancellationToken)).Select(static r => r[0] ?? ""));

        // Any privilege on this table of MariaDB lists it, and shows the routines.
        var showsRoutines = await session.NumberAsync(
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'mysql' AND TABLE_NAME = 'proc'",
            cancellationToken) > 0;
        var showing = session.Kind == MySqlServerKind.OceanBase ? [] : showsRoutines ? Showing[..^1] : Showing;
        var questions = new List<DumpQuestion>();
        foreach (var database in databases)
        {
            // Where the number of decimals is fixed, all digits are printed.
            var columns = await session.RowsAsync(
                "SELECT c.TABLE_NAME, c.COLUMN_NAME, COALESCE(c.EXTRA, '') FROM information_schema.COLUMNS c JOIN "
                    + "information_schema.TABLES t ON t.TABLE_NAME = c.TABLE_NAME WHERE c.TABLE_SCHEMA = @db AND "
                    + "t.TABLE_SCHEMA = @db AND t.TABLE_TYPE NOT LIKE '%VIEW' AND c.DATA_TYPE = 'float' AND "
                    + $"c.NUMERIC_SCALE IS NULL ORDER BY 1, 2 {comment}",
                cancellationToken,
                ("@db", database));
            questions.AddRange(
                from column in columns
                where !TableSelection.IsGenerated(column[2]!)
                let name = $"{database}.{column[0]}.{column[1]}"
                select new DumpQuestion(
                    SnapshotFailure.DumpLosesDigits,
                    name,
                    $"{name} is a FLOAT column: a dump keeps six digits, so 16777216 is restored as 16777200."));
            var hidden = showing
                .Where(s => !s.Here.Any(p => grants.Has(p, database)) && !s.Everywhere.Any(grants.HasGlobal))
                .ToList();
            if (hidden.Count > 0)
            {
                questions.Add(new DumpQuestion(
                    SnapshotFailure.ObjectsHidden,
                    database,
                    $"The server may hide {string.Join(", ", hidden.Select(static h => h.Objects))} of {database}, and "
                        + "a dump then lacks them: it shows no grant of "
                        + $"{string.Join(", ", hidden.Select(static h => h.Here[0]))} on `{database}`.* to the "
                        + "account."));
            }
        }

        return questions;
    }
}
