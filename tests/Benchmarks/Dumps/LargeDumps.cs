namespace Drydock.Benchmarks;

/// <summary>Compares backups and restores of the large database.</summary>
/// <param name="rounds">How often each way runs forwards and backwards.</param>
internal sealed class LargeDumps(DumpsStage stage, DumpFlags flags, int rounds)
{
    private readonly BigDatabase _database = new(stage.Server, "rm_big");
    private readonly PlainTools _plain = new(stage.Server, stage.Options, "rm_big");

    public async Task<DumpsResult> RunAsync(long bytes, DumpMemory small, CancellationToken cancellationToken)
    {
        Console.WriteLine("making the large database");
        var made = await _database.MakeAsync(bytes, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{made / (double)(1 << 20):0} MiB; warming up"));
        await _plain.RunAsync("dump", Fresh("warm.gz"), flags.MySqlDump, gzip: false, cancellationToken);
        File.Delete(Fresh("warm.gz"));

        var (process, dumps) = await stage.StartOperatorAsync(cancellationToken);
        await using var running = process;
        var rest = MemorySampler.Now(process.Process.Id);
        var (mySqlDump, sql) = await BackupsAsync(
            dumps, DumpFlags.MySqlDumpTool, "dump", flags.MySqlDump, cancellationToken);
        var (myDumper, rows) = await BackupsAsync(
            dumps, DumpFlags.MyDumperTool, "mydump", flags.MyDumper, cancellationToken);
        var restores = await RestoresAsync(dumps, sql, rows, cancellationToken);
        var after = await DumpsStage.RestAsync(process, cancellationToken);
        var status = (await dumps.GetAsync("backupsnapshots", sql))["status"]!;
        var memory = new DumpMemory(made, rest, after,
        [
            ("backup by MySqlDump", mySqlDump.Of(DumpWays.Operator)),
            ("restore by MySqlDump", restores.Of(DumpWays.OperatorMySql)),
            ("backup by MyDumper", myDumper.Of(DumpWays.Operator)),
            ("restore by MyDumper", restores.Of(DumpWays.OperatorMyDumper)),
        ]);
        return new DumpsResult(
            made, status["rawBytes"]!.GetValue<long>(), status["sizeBytes"]!.GetValue<long>(), mySqlDump, myDumper,
            restores, [small, memory]);
    }

    // The operator's last snapshot and the files of the plain tool with the same compressor are kept for the restores.
    private async Task<(DumpContest Contest, string Kept)> BackupsAsync(
        OperatorDumps dumps, string tool, string verb, IReadOnlyList<string> toolFlags,
        CancellationToken cancellationToken)
    {
        string? kept = null;
        var contest = new DumpContest(stage, $"backup by {tool}")
            .Add(DumpWays.SameCompressor, _ => _plain.RunAsync(
                verb, Fresh(verb), toolFlags, gzip: false, cancellationToken))
            .Add(DumpWays.Operator, async number =>
            {
                if (kept is not null)
                {
                    await dumps.DeleteAsync(kept);
                }

                kept = string.Create(CultureInfo.InvariantCulture, $"{verb}-{number}");
                return await dumps.BackupAsync(kept, _database.Name, tool, cancellationToken);
            })
            .Add(DumpWays.Gzip, _ => _plain.RunAsync(
                verb, Fresh($"{verb}-gzip"), toolFlags, gzip: true, cancellationToken));
        await contest.RunAsync(rounds, cancellationToken);
        Fresh($"{verb}-gzip");
        return (contest, kept!);
    }

    private async Task<DumpContest> RestoresAsync(
        OperatorDumps dumps, string sql, string rows, CancellationToken cancellationToken)
    {
        var (dump, folder, raw) =
            (Path.Combine(stage.Plain, "dump"), Path.Combine(stage.Plain, "mydump"), Fresh("dump.sql"));
        await Compressor.FileAsync("decompress", dump, raw, cancellationToken);
        return await new DumpContest(stage, "restore")
            .Add(DumpWays.MySql, _ => _plain.RunAsync("load", dump, [], gzip: false, cancellationToken))
            .Add(DumpWays.OperatorMySql, number => RestoreAsync(number, sql))
            .Add(DumpWays.MySqlRaw, _ => _plain.RunAsync("load-raw", raw, [], gzip: false, cancellationToken))
            .Add(DumpWays.OperatorMyDumper, number => RestoreAsync(number, rows))
            .Add(DumpWays.MyLoader, _ => _plain.RunAsync("myload", folder, [], gzip: false, cancellationToken))
            .RunAsync(rounds, cancellationToken);

        Task<DumpRun> RestoreAsync(int number, string snapshot) =>
            dumps.RestoreAsync(
                string.Create(CultureInfo.InvariantCulture, $"restore-{number}"), snapshot, _database.Name,
                cancellationToken);
    }

    private string Fresh(string name)
    {
        var path = Path.Combine(stage.Plain, name);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        File.Delete(path);
        return path;
    }
}
