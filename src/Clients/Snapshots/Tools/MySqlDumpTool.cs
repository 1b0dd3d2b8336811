namespace Drydock.Clients.Snapshots;

/// <summary>mysqldump of MariaDB or MySQL.</summary>
public sealed class MySqlDumpTool(SnapshotToolOptions? options = null) : IDumpTool
{
    public const string SkipLocks = "--skip-add-locks";

    internal const string History = "--dump-history";

    private readonly SnapshotToolOptions _options = options ?? new SnapshotToolOptions();
    private ToolInfo? _info;

    public async Task<SnapshotTool> DescribeAsync(DumpScope scope, CancellationToken cancellationToken)
    {
        var info = await ReadInfoAsync(cancellationToken);
        return new SnapshotTool(
            Path.GetFileName(_options.Dump),
            info.Version,
            Flags(info, scope),
            DumpToolKind.MySqlDump,
            "one transaction a database (--single-transaction): transactional tables are of one moment, others of when "
                + $"they were read{scope.LostHistory(info)}");
    }

    public Task DumpAsync(
        DumpJob job, Func<DumpOutput, CancellationToken, Task> consume, CancellationToken cancellationToken) =>
        RunAsync(
            job,
            job.Flags,
            [job.Database],
            (stream, token) => consume(new DumpOutput(SnapshotPart.Whole, "", stream), token),
            cancellationToken);

    internal static IReadOnlyList<string> Flags(ToolInfo info, DumpScope scope)
    {
        // OceanBase lacks the tables that the last three read, or the account may not read them; there they are used
        // only if there is something to dump.
        var always = scope.Server != MySqlServerKind.OceanBase && !scope.Hides;
        List<string> flags =
        [
            "--single-transaction",
            "--quick",
            "--hex-blob",
            "--default-character-set=utf8mb4",
            "--no-tablespaces",

            // A load then needs no LOCK TABLES; it runs in databases without other users.
            SkipLocks,
            "--max-allowed-packet=1073741824",
            always || scope.Routines ? "--routines" : "--skip-routines",
            always || scope.Events ? "--events" : "--skip-events",
            always || scope.Triggers ? "--triggers" : "--skip-triggers",
        ];
        if (info.Flavour == ToolVendor.MySql)
        {
            // MySQL writes all rows of an INSERT on one line, on which DumpCounter cannot count them. A dump that sets
            // GTIDs cannot be loaded into a server that already has GTIDs.
            flags.AddRange(["--skip-extended-insert", "--set-gtid-purged=OFF"]);
            if (!info.Version.Contains("Distrib 5.", StringComparison.Ordinal))
            {
                // mysqldump 8.0 reads a table that exists only in MySQL 8.
                flags.Add("--column-statistics=0");
            }
        }

        if (scope.Definitions)
        {
            flags.Add("--no-data");
        }

        if (scope.DumpsHistory(info))
        {
            flags.Add(History);
        }

        return flags;
    }

    /// <summary>The version of the program; one snapshot asks once, not once for each of its files.</summary>
    internal async Task<ToolInfo> ReadInfoAsync(CancellationToken cancellationToken) =>
        _info ??= await ToolInfo.ReadAsync(_options.SetPriv, _options.Dump, cancellationToken);

    /// <summary>Runs it once. <paramref name="names"/> are the database and, if not all of it, the tables.</summary>
    internal async Task RunAsync(
        DumpJob job,
        IEnumerable<string> flags,
        IEnumerable<string> names,
        Func<Stream, CancellationToken, Task> consume,
        CancellationToken cancellationToken)
    {
        var info = await ReadInfoAsync(cancellationToken);
        using var secret = await SecretOptionFile.CreateAsync(job.Connection, info.Flavour, cancellationToken);

        // --where is true for every row; it only adds the marker to the statements that read the tables.
        using var child = ChildProcess.Start(
            _options.SetPriv,
            _options.Dump,
            [
                $"--defaults-file={secret.Path}",
                .. flags,
                $"--where=1=1 {SessionMarker.Comment(job.SnapshotId)}",
                $"--ignore-table={job.Database}.{RestoreWitness.Table}",
                "--",
                .. names,
            ],
            job.Connection.Password);
        await child.RunAsync(
            $"mysqldump of {job.Database} on {job.Connection.Describe()}",
            (running, token) => consume(running.Output, token),
            cancellationToken);
    }
}
