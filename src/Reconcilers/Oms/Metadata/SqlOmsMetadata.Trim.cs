namespace Drydock.Reconcilers.Oms;

/// <summary>This part: the replacement of <c>heatbeat_sequence</c> by a table with its newest row.</summary>
internal sealed partial class SqlOmsMetadata
{
    // Twice what the longest replacement needs, with the remains of one that was interrupted.
    private const int MostTrimStatements = 20;

    public Task<SequenceTables> HeartbeatSequenceAsync(
        string heartbeatDatabase, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"Reading {SequenceTables.MainName} in {heartbeatDatabase}",
            session => SequenceTablesAsync(session, heartbeatDatabase, cancellationToken),
            cancellationToken);

    public Task TrimHeartbeatSequenceAsync(
        IMetadataLock metadataLock, string heartbeatDatabase, CancellationToken cancellationToken) =>
        _sessions.GuardAsync(
            $"Trimming {SequenceTables.MainName} in {heartbeatDatabase}",
            () => metadataLock.RunAsync(
                (session, token) => TrimAsync(session, heartbeatDatabase, token), cancellationToken),
            cancellationToken);

    private static async Task<bool> TrimAsync(
        MySqlSession session, string heartbeatDatabase, CancellationToken cancellationToken)
    {
        for (var left = MostTrimStatements; left > 0; left--)
        {
            var seen = await SequenceTablesAsync(session, heartbeatDatabase, cancellationToken);
            if (seen.Next is not { } next)
            {
                return true;
            }

            await session.ExecuteAsync(TrimText(next, heartbeatDatabase), cancellationToken);
        }

        throw new OmsMetadataException(
            OmsMetadataErrorKind.Other,
            $"{SequenceTables.MainName} in {heartbeatDatabase} is changed by another program while the operator trims "
                + "it. Stop that program, then retry.");
    }

    // MySQL, MariaDB and OceanBase rename several tables in one statement, or none of them.
    private static string TrimText(TrimStatement statement, string heartbeatDatabase)
    {
        var main = Sql.Table(heartbeatDatabase, SequenceTables.MainName);
        var copy = Sql.Table(heartbeatDatabase, SequenceTables.CopyName);
        var old = Sql.Table(heartbeatDatabase, SequenceTables.OldName);
        return statement switch
        {
            TrimStatement.CreateCopy => $"CREATE TABLE {copy} LIKE {main}",
            TrimStatement.FillCopy => $"INSERT INTO {copy} SELECT * FROM {main} ORDER BY id DESC LIMIT 1",
            TrimStatement.Swap => $"RENAME TABLE {main} TO {old}, {copy} TO {main}",
            TrimStatement.AddNewest => $"INSERT INTO {main} SELECT * FROM {old} ORDER BY id DESC LIMIT 1",
            TrimStatement.DropOld => $"DROP TABLE {old}",
            TrimStatement.DropCopy => $"DROP TABLE {copy}",
            TrimStatement.RestoreOld => $"RENAME TABLE {old} TO {main}",
            TrimStatement.RestoreCopy => $"RENAME TABLE {copy} TO {main}",
            _ => throw new ArgumentOutOfRangeException(nameof(statement), statement, "There is no such statement."),
        };
    }

    private static async Task<SequenceTables> SequenceTablesAsync(
        MySqlSession session, string heartbeatDatabase, CancellationToken cancellationToken) =>
        new(
            await SequenceTableAsync(session, heartbeatDatabase, SequenceTables.MainName, cancellationToken),
            await SequenceTableAsync(session, heartbeatDatabase, SequenceTables.CopyName, cancellationToken),
            await SequenceTableAsync(session, heartbeatDatabase, SequenceTables.OldName, cancellationToken));

    // The end of the primary key: the table may have hundreds of millions of rows.
    private static async Task<SequenceTable?> SequenceTableAsync(
        MySqlSession session, string heartbeatDatabase, string table, CancellationToken cancellationToken)
    {
        if (!await Sql.TableExistsAsync(session, heartbeatDatabase, table, cancellationToken))
        {
            return null;
        }

        var ids = await session.QueryAsync(
            $"SELECT id FROM {Sql.Table(heartbeatDatabase, table)} ORDER BY id DESC LIMIT 2",
            row => row.Number(0),
            cancellationToken);
        return new SequenceTable(ids.Count == 0 ? null : ids[0], ids.Count > 1);
    }
}
