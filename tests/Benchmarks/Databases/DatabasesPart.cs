using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Drydock.Lab;
using Drydock.Lab.Databases.Scenarios;
using Drydock.Lab.Upgrades;

namespace Drydock.Benchmarks;

/// <summary>
/// Measures rolling upgrades of both databases on three hosts, and of TiDB with 24 processes in three zones: the
/// operator and the sequential script of each runbook under the same load. Also measures a plan of 300 processes.
/// </summary>
internal sealed class DatabasesPart : IBenchPart
{
    private const double TimeFactor = 3;

    // The vendors ask for 60 s.
    private const double Settle = 60 / TimeFactor;

    // Four TiKVs in each zone.
    private const int ZonedHosts = 12;
    private const int Zones = 3;

    public string Name => "databases";

    public string Title => "Rolling upgrades of databases, three hosts and three zones";

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var stage = await DatabaseStage.StartAsync(
            new DatabaseStageOptions { Checkout = Repository.Root, OperatorAssembly = Repository.OperatorAssembly }, cancellationToken: cancellationToken);
        var text = new StringBuilder();
        text.AppendLine("| upgrade | way | wall time | ratio | requests | handed over | failed | mistakes the cluster noticed |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        var overheads = new List<string>();
        await BothAsync(new("TiDB 2.1 to 3.0, systemd", 0.9), name => TiDbAsync(stage, name, cancellationToken), stage, text, overheads, cancellationToken);
        await BothAsync(new("BMDB 2.16 to 2.18, plain processes", 0.9), name => BmdbAsync(stage, name, cancellationToken), stage, text, overheads, cancellationToken);
        await BothAsync(
            new("TiDB 2.1 to 3.0, 24 processes in 3 zones", 0.4) { Tidb = Zoned }, name => ZonedAsync(stage, name, cancellationToken), stage, text, overheads, cancellationToken);
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            All spans of the original programs are divided by {TimeFactor:0}. Script and operator settle {Settle:0} s
            after each instance. The backup is waived, and the limits are not tuned afterwards. The scripts do no more
            than the manual procedures: the script of BMDB moves no leader away before it stops a server, and neither
            script looks for the rest of an interrupted run. The operator copies packages to all hosts at once, checks
            every gate twice, moves leaders, and drains an instance while the one before it settles. The first instance
            of a component does not wait until the last one of the component before it has settled.
            24 processes are 3 PD, 12 TiKV and 9 TiDB on {ZonedHosts} hosts; there the operator stops the 4 TiKVs of a
            zone side by side (`tidb.maxUnavailablePerZone: 4`), and 4 TiDB servers after the first
            (`tidb.maxUnavailableServers: 4`).
            """);
        text.AppendLine();
        text.AppendLine("| what | measured | aim |");
        text.AppendLine("|---|---|---|");
        foreach (var overhead in overheads)
        {
            text.AppendLine(overhead);
        }

        foreach (var large in LargePlan.Measure())
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {large.Engine}: plan of 300 processes ({large.Steps} steps), compiled | {large.Median.TotalMilliseconds:0.0} ms (the first time {large.First.TotalMilliseconds:0.0} ms) | 100 ms or less |");
            text.AppendLine(CultureInfo.InvariantCulture, $"| {large.Engine}: status with that plan when every step has ended | {large.Bytes / 1024.0:0} KiB | under 512 KiB |");
            if (large.BytesWithRollback is { } bytes)
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {large.Engine}: status with the kept part of that plan and the whole rollback plan when " +
                    $"every rollback step has ended | {bytes / 1024.0:0} KiB | under 512 KiB |");
            }
        }

        return text.ToString();
    }

    private static async Task<IDatabaseScenario> TiDbAsync(DatabaseStage stage, string name, CancellationToken cancellationToken) =>
        await TiDbScenario.StartAsync(stage.Run, new TiDbScenarioOptions { Cluster = new() { Name = "ti" + name, TimeFactor = TimeFactor } }, cancellationToken);

    // Fewer leaders on each store than with three of them: the stand-in lists 1,000 Regions at most.
    private static async Task<IDatabaseScenario> ZonedAsync(DatabaseStage stage, string name, CancellationToken cancellationToken) =>
        await TiDbScenario.StartAsync(
            stage.Run,
            new TiDbScenarioOptions
            {
                Cluster = new() { Name = "tz" + name, TimeFactor = TimeFactor, Hosts = ZonedHosts, Pds = 3, Tidbs = 9, Zones = Zones, Pumps = 0, LeadersPerStore = 60 },
            },
            cancellationToken);

    private static void Zoned(JsonObject tidb)
    {
        tidb["maxUnavailablePerZone"] = ZonedHosts / Zones;
        tidb["maxUnavailableServers"] = 4;
    }

    private static async Task<IDatabaseScenario> BmdbAsync(
        DatabaseStage stage, string name, CancellationToken cancellationToken)
    {
        var bmdb = YugabyteScenarioOptions.Bmdb;
        return await YugabyteScenario.StartAsync(stage.Run, bmdb with { Cluster = bmdb.Cluster with { Name = "bm" + name, TimeFactor = TimeFactor } }, cancellationToken);
    }

    private static async Task BothAsync(
        Comparison what, Func<string, Task<IDatabaseScenario>> start, DatabaseStage stage, StringBuilder text, List<string> overheads, CancellationToken cancellationToken)
    {
        DatabaseWay script;
        await using (var cluster = await start("script"))
        {
            script = await UnderLoadAsync(cluster, () => new DatabaseScript(stage.Run, Settle).RunAsync(cluster, cancellationToken), cancellationToken);
        }

        await using var another = await start("op");
        JsonNode? done = null;
        var path = new PlanPath();
        var op = await UnderLoadAsync(
            another,
            async () =>
            {
                (var wall, done) = await OperatorAsync(stage, another, path, what.Tidb, cancellationToken);
                return wall;
            },
            cancellationToken);
        Row(text, what.Name, "script", script, script);
        Row(text, what.Name, "**operator**", op, script);
        overheads.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what.Name}: operator wall time compared with the script, preflight included | {op.Wall / script.Wall:0.00} | {what.Aim:0.0} or less |"));
        var (longest, before) = (path.Longest(done!), PlanPath.BeforeTheFirst(done!));
        overheads.Add(string.Create(CultureInfo.InvariantCulture, $"| {what.Name}: from apply to the first step (checks of hosts, processes and cluster, plan) | {before.TotalSeconds:0.0} s | |"));
        var above = op.Wall - before - longest;
        overheads.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what.Name}: rest of the wall time above the plan's longest chain by the times of its steps " +
            $"({longest.TotalSeconds:0.0} s) | {above.TotalSeconds:0.0} s, {100 * (above / op.Wall):0.0} % | " +
            $"2 % or less |"));
    }

    private static async Task<DatabaseWay> UnderLoadAsync(
        IDatabaseScenario cluster, Func<Task<TimeSpan>> upgrade, CancellationToken cancellationToken)
    {
        await using var load = await DatabaseLoad.StartAsync(cluster, cancellationToken: cancellationToken);
        var wall = await upgrade();
        await load.EndAsync();
        var noticed = cluster.Directory.Violations().Select(v => v.What).Distinct(StringComparer.Ordinal).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cluster.Id}: {wall.TotalSeconds:0.0} s, {load.Total()}, noticed {string.Join(", ", noticed)}"));
        return new DatabaseWay(wall, load.Total(), noticed);
    }

    private static async Task<(TimeSpan Wall, JsonNode Upgrade)> OperatorAsync(
        DatabaseStage stage, IDatabaseScenario cluster, PlanPath path, Action<JsonObject>? ofTidb, CancellationToken cancellationToken)
    {
        var space = await stage.NewNamespaceAsync(cluster);
        await using var op = stage.StartOperator();
        await op.WaitUntilReadyAsync(cancellationToken);
        var manifest = cluster.Manifest(space);
        manifest["spec"]!["settle"] = string.Create(CultureInfo.InvariantCulture, $"{Settle:0}s");
        if (manifest["spec"]!["tidb"] is { } tidb)
        {
            tidb["tuneScheduling"] = new JsonObject { ["enabled"] = false };
            ofTidb?.Invoke(tidb.AsObject());
        }

        var watch = Stopwatch.StartNew();
        await stage.ApplyAsync(manifest);
        var done = await stage.WaitForAsync(space, cluster, u => path.See(u) && (u.Phase() == "Succeeded" || u.IsStalled()), TimeSpan.FromMinutes(20), cancellationToken);
        var wall = watch.Elapsed;
        if (done.Phase() != "Succeeded")
        {
            throw new LabException($"The operator stopped: {done.Message()}");
        }

        Console.WriteLine($"{cluster.Id}, the steps: {path.Steps(done)}");
        return (wall, done);
    }

    /// <param name="Name">What is upgraded.</param>
    /// <param name="Aim">The most that the operator may take, as a part of the script's wall time.</param>
    private sealed record Comparison(string Name, double Aim)
    {
        /// <summary>Changes spec.tidb.</summary>
        public Action<JsonObject>? Tidb { get; init; }
    }

    private static void Row(StringBuilder text, string what, string way, DatabaseWay took, DatabaseWay reference) => text.AppendLine(
        CultureInfo.InvariantCulture,
        $"| {what} | {way} | {took.Wall.TotalSeconds:0.0} s | {took.Wall / reference.Wall:0.00} | {took.Load.Ok + took.Load.Failed} | {took.Load.Retried} | {took.Load.Failed} | {(took.Noticed.Count == 0 ? "none" : string.Join(", ", took.Noticed))} |");
}
