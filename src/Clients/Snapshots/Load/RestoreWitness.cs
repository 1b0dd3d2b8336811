namespace Drydock.Clients.Snapshots;

/// <summary>What a restore leaves in each of its databases, so that the data and not only a status in etcd tell what
/// became of them: a row of <see cref="Table"/>. <see cref="RestoreWitnessState.Begun"/> is written before a status
/// says that the restore has begun, and again right after the database was created;
/// <see cref="RestoreWitnessState.Restored"/> after the comparison, before a status says so. A drop removes the rows
/// with the data that they describe. No dump, catalogue or row count contains the table.</summary>
/// <remarks>In the database itself, because the load of a dump needs SELECT, INSERT and CREATE there and nothing is
/// sure elsewhere. Rows are only added, so UPDATE and DELETE are not needed and a late process changes
/// nothing.</remarks>
/// <param name="Restore">UID of the restore.</param>
/// <param name="Name">Namespace and name of the restore.</param>
/// <param name="At">When, by the server's clock (UTC); null before it is written.</param>
public sealed record RestoreWitness(
    string Restore, string Name, string Snapshot, RestoreWitnessState State, string? At = null)
{
    /// <summary>Dropped last, with the database: a drop that fails or is interrupted leaves it.</summary>
    public const string Table = "zz_drydock_restore";

    // 1049: no such database; 1109, 1146: no such table.
    private static readonly int[] NotThere = [1049, 1109, 1146];

    public override string ToString() => $"{State} by {Name} (UID {Restore}) from snapshot {Snapshot} at {At} UTC";

    /// <summary>The rows in a database; none if it does not exist.</summary>
    /// <exception cref="MySqlSessionException">The server refuses the query.</exception>
    public static async Task<IReadOnlyList<RestoreWitness>> ReadAsync(
        MySqlSession session, string database, CancellationToken cancellationToken)
    {
        try
        {
            var rows = await session.RowsAsync(
                $"SELECT restore_uid, restore_name, snapshot, state, CAST(written_at AS CHAR) FROM {In(database)} "
                    + "ORDER BY written_at, state",
                cancellationToken);
            return
            [
                .. rows.Where(row => Enum.IsDefined(typeof(RestoreWitnessState), row[3] ?? "")).Select(
                    row => new RestoreWitness(
                        row[0]!, row[1]!, row[2]!, Enum.Parse<RestoreWitnessState>(row[3]!), row[4])),
            ];
        }
        catch (MySqlSessionException e) when (NotThere.Contains(e.Number))
        {
            return [];
        }
    }

    /// <summary>Adds this row to an existing database, unless it is there.</summary>
    /// <exception cref="MySqlSessionException">The server refuses the statements.</exception>
    public async Task WriteAsync(MySqlSession session, string database, CancellationToken cancellationToken)
    {
        // A server may be configured without autocommit.
        await session.ExecuteAsync("SET autocommit = 1", cancellationToken);
        await session.ExecuteAsync(
            $"CREATE TABLE IF NOT EXISTS {In(database)} (restore_uid VARCHAR(64) NOT NULL, "
                + "restore_name VARCHAR(320) NOT NULL, snapshot VARCHAR(255) NOT NULL, state VARCHAR(16) NOT NULL, "
                + "written_at DATETIME(6) NOT NULL, PRIMARY KEY (restore_uid, state)) DEFAULT CHARSET = utf8mb4",
            cancellationToken);
        await session.ExecuteAsync(
            $"INSERT IGNORE INTO {In(database)} (restore_uid, restore_name, snapshot, state, written_at) "
                + "VALUES (@restore, @name, @snapshot, @state, UTC_TIMESTAMP(6))",
            cancellationToken,
            ("@restore", Restore),
            ("@name", Name),
            ("@snapshot", Snapshot),
            ("@state", State.ToString()));
    }

    private static string In(string database) => $"{MySqlIdentifier.Quote(database)}.{Table}";
}

/// <summary>How far a restore came in a database.</summary>
public enum RestoreWitnessState
{
    /// <summary>It may drop the database: it has its former contents, what a failed drop left of them, or a part of the
    /// snapshot.</summary>
    Begun,

    /// <summary>The database was loaded and compared. The restore must not drop it again.</summary>
    Restored,
}
