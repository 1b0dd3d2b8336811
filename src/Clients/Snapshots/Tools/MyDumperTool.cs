namespace Drydock.Clients.Snapshots;

/// <summary>mydumper for the rows, in files of about <see cref="ChunkMegabytes"/> MB so that several clients load one
/// big table side by side; mysqldump for everything but rows, and for the rows of tables that mydumper 0.10 cannot dump
/// correctly (<see cref="TableSelection"/>).</summary>
/// <remarks>Defects of 0.10 and their workarounds: it puts names into SQL and file names unquoted (such tables go to
/// mysqldump); it takes a column with an expression as default in MySQL 8 for a generated one and leaves it out, and
/// invisible columns (the same); a last row that begins a statement of its own has no column list in a table with
/// generated columns (always <c>--complete-insert</c>), and one that begins a file lacks the file's head (it is put
/// there); chunks by rows (<c>-r</c>) lose negative keys (chunks are by size); sequences are taken for tables (left
/// out); definers, sql_mode and order of views, triggers and routines are not kept well (they come from mysqldump);
/// escapes follow the server's sql_mode (<see cref="MyDumperRows"/>).</remarks>
public sealed class MyDumperTool(SnapshotToolOptions? options = null) : IDumpTool
{
    internal const int ChunkMegabytes = 16;
    private const string Separator = "mysqldump:";
    private const int NoGuardSeconds = 100_000_000;

    private readonly SnapshotToolOptions _options = options ?? new SnapshotToolOptions();
    private readonly MySqlDumpTool _sql = new(options);

    public async Task<SnapshotTool> DescribeAsync(DumpScope scope, CancellationToken cancellationToken)
    {
        var own = await ToolInfo.ReadAsync(_options.SetPriv, _options.MyDumper, cancellationToken);
        var sql = await _sql.ReadInfoAsync(cancellationToken);
        List<string> flags =
        [
            "--no-schemas",
            "--no-views",
            "--complete-insert",
            $"--chunk-filesize={ChunkMegabytes}",
            $"--long-query-guard={NoGuardSeconds}",
        ];
        flags.AddRange(scope.MayLock ? ["--lock-all-tables", "--trx-consistency-only"] : ["--no-locks"]);
        return new SnapshotTool(
            Path.GetFileName(_options.MyDumper),
            $"{own.Version}; {sql.Version}",
            [.. flags, Separator, .. MySqlDumpTool.Flags(sql, scope)],
            DumpToolKind.MyDumper,
            (scope.MayLock
                ? "all tables of a database locked for reading until every thread had begun its transaction "
                    + "(--lock-all-tables --trx-consistency-only): transactional tables are of one moment"
                : "no locks, for want of the privilege LOCK TABLES: every thread's transaction begins a moment after "
                    + "the other's; consistent if no client wrote meanwhile")
                + scope.LostHistory(sql));
    }

    public async Task DumpAsync(
        DumpJob job, Func<DumpOutput, CancellationToken, Task> consume, CancellationToken cancellationToken)
    {
        var split = job.Flags.ToList().IndexOf(Separator);
        var common = job.Flags.Skip(split + 1).Where(static f => !IsObjectFlag(f)).ToList();
        var objects = job.Flags.Skip(split + 1).Where(IsObjectFlag).ToList();
        string[] noObjects = ["--skip-routines", "--skip-events", "--skip-triggers"];
        await using var session = await MySqlSession.OpenAsync(job.Connection.With(database: ""), cancellationToken);
        session.CommandTimeout = 0;
        var choice = await TableSelection.ReadAsync(
            session, job.Database, SessionMarker.Comment(job.SnapshotId), cancellationToken);

        await SqlAsync(
            SnapshotPart.Tables,
            "tables.sql",
            [.. common, .. noObjects, "--no-data", .. choice.Views.Select(v => $"--ignore-table={job.Database}.{v}")],
            []);
        if (choice.Fast.Count > 0)
        {
            var rows = new MyDumperRows(_options, job, [.. job.Flags.Take(split)], session.Kind);
            await rows.RunAsync([.. choice.Other, .. choice.NoTables], consume, cancellationToken);
        }

        if (choice.Other.Count > 0)
        {
            await SqlAsync(
                SnapshotPart.OtherRows, "other-rows.sql", [.. common, .. noObjects, "--no-create-info"], choice.Other);
        }

        await SqlAsync(
            SnapshotPart.Routines, "routines.sql", [.. common, .. objects, "--no-create-info", "--no-data"], []);
        if (choice.Views.Count > 0)
        {
            await SqlAsync(SnapshotPart.Views, "views.sql", [.. common, .. noObjects, "--no-data"], choice.Views);
        }

        Task SqlAsync(SnapshotPart part, string name, IEnumerable<string> flags, IEnumerable<string> tables) =>
            _sql.RunAsync(
            job,
            flags,
            [job.Database, .. tables],
            (stream, token) => consume(new DumpOutput(part, name, stream), token),
            cancellationToken);
    }

    private static bool IsObjectFlag(string flag) =>
        flag is "--routines" or "--skip-routines" or "--events" or "--skip-events" or "--triggers" or "--skip-triggers";
}
