namespace Drydock.Benchmarks;

/// <summary>
/// Backup and restore of a large database by the operator, with both tools, compared with the plain tools on the same
/// server. Also the operator's memory meanwhile.
/// </summary>
internal sealed class DumpsPart : IBenchPart
{
    private const long MiB = 1 << 20;
    private const int SmallerBy = 10;

    public string Name => "dumps";

    public string Title => "Backup and restore of a large database";

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var bytes = Number("BENCH_DUMP_MIB", 2048) * MiB;
        await using var stage = await DumpsStage.StartAsync(cancellationToken);
        var rounds = (int)Number("BENCH_DUMP_ROUNDS", 1);
        var (flags, small) = await SmallAsync(stage, bytes / SmallerBy, rounds, cancellationToken);
        return DumpsText.Render(
            await new LargeDumps(stage, flags, rounds).RunAsync(bytes, small, cancellationToken), flags);
    }

    private static long Number(string variable, long otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;

    // A separate operator first backs up and restores a small database equally often. Its memory is the comparison, and
    // the flags that it gives the tools are used for the plain tools.
    private static async Task<(DumpFlags Flags, DumpMemory Memory)> SmallAsync(
        DumpsStage stage, long bytes, int rounds, CancellationToken cancellationToken)
    {
        var database = new BigDatabase(stage.Server, "rm_small");
        Console.WriteLine("making the small database");
        var made = await database.MakeAsync(bytes, cancellationToken);
        var (process, dumps) = await stage.StartOperatorAsync(cancellationToken);
        await using var running = process;
        var rest = MemorySampler.Now(process.Process.Id);
        var runs = new List<(string, IReadOnlyList<DumpRun>)>();
        string[] tools = [DumpFlags.MySqlDumpTool, DumpFlags.MyDumperTool];
        foreach (var tool in tools)
        {
            var (backups, restores) = (new List<DumpRun>(), new List<DumpRun>());
            for (var i = 0; i < 2 * rounds; i++)
            {
                var name = Small(tool, i);
                backups.Add(await dumps.BackupAsync(name, database.Name, tool, cancellationToken));
                restores.Add(await dumps.RestoreAsync(name, name, database.Name, cancellationToken));
            }

            runs.Add(($"backup by {tool}", backups));
            runs.Add(($"restore by {tool}", restores));
        }

        var after = await DumpsStage.RestAsync(process, cancellationToken);
        var flags = DumpFlags.Of(
            await ManifestAsync(stage, dumps, Small(DumpFlags.MySqlDumpTool, 0), cancellationToken),
            await ManifestAsync(stage, dumps, Small(DumpFlags.MyDumperTool, 0), cancellationToken));
        await database.DropAsync(cancellationToken);
        return (flags, new DumpMemory(made, rest, after, runs));
    }

    private static string Small(string tool, int run) =>
        string.Create(CultureInfo.InvariantCulture, $"small-{tool.ToLowerInvariant()}-{run}");

    private static async Task<JsonNode> ManifestAsync(
        DumpsStage stage, OperatorDumps dumps, string name, CancellationToken cancellationToken)
    {
        var path = (await dumps.GetAsync("backupsnapshots", name))["status"]!["path"]!.GetValue<string>();
        return JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(stage.Storage, path, "manifest.json"), cancellationToken))!;
    }
}
