using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Drydock.Lab;
using Drydock.Lab.Databases.Scenarios;
using Drydock.Lab.Upgrades;

namespace Drydock.Benchmarks;

/// <summary>
/// Measures rolling upgrades of both databases on three hosts, and with 24 processes in three zones: the operator and the
/// sequential script of each runbook under the same load. Also measures a plan of 300 processes.
/// </summary>
internal sealed class DatabasesPart : IBenchPart
{
    private const double TimeFactor = 3;

    // The vendors ask for 60 s.
    private const double Settle = 60 / TimeFactor;

    // Four TiKVs in each zone.
    private const int ZonedHosts = 12;
    private const int Zones = 3;

    // Seven in each zone; with three masters 24 processes.
    private const int ZonedTservers = 21;

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
        await BothAsync(
            new("BMDB 2.16 to 2.18, plain processes", 0.9) { ScriptDrains = true },
            name => BmdbAsync(stage, name, 3, 0, cancellationToken), stage, text, overheads, cancellationToken);
        await BothAsync(
            new("TiDB 2.1 to 3.0, 24 processes in 3 zones", 0.4) { Change = Zoned }, name => ZonedAsync(stage, name, cancellationToken), stage, text, overheads, cancellationToken);
        await BothAsync(
            new("BMDB 2.16 to 2.18, 24 processes in 3 zones", 0.4) { Change = spec => spec["yugabyte"]!["maxUnavailablePerZone"] = ZonedTservers / Zones },
            name => BmdbAsync(stage, "z" + name, ZonedTservers, Zones, cancellationToken), stage, text, overheads, cancellationToken);
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            All spans of the original programs are divided by {TimeFactor:0}. Script and operator settle {Settle:0} s
            after each instance. The backup is waived, and the limits are not tuned afterwards. The scripts do no more
            than the manual procedures: the script of BMDB moves no leader away before it stops a server, so a second
            one does, and no script looks for the rest of an interrupted run. The operator copies packages to all hosts at once, checks
            every gate twice, moves leaders, and drains an instance while the one before it settles. The first instance
            of a component does not wait until the last one of the component before it has settled.
            24 processes of TiDB are 3 PD, 12 TiKV and 9 TiDB on {ZonedHosts} hosts; there the operator stops the 4 TiKVs
            of a zone side by side (`tidb.maxUnavailablePerZone: 4`), and 4 TiDB servers after the first
            (`tidb.maxUnavailableServers: 4`). 24 processes of BMDB are 3 masters and {ZonedTservers} tablet servers, of
            which the operator stops the 7 of a zone side by side (`yugabyte.maxUnavailablePerZone: 7`). All hosts, the
            cluster and the operator share the processors, so what the operator asks many hosts at once takes longer
            than on hosts of their own.
            Of the operator's time with six processes of BMDB, five settling times ({5 * Settle:0} s), the delay of
            AutoFlags (10 s), the catalogue ({20 / TimeFactor:0} s), the election after the last master
            ({12 / TimeFactor:0} s) and the start of three tablet servers ({30 / TimeFactor:0} s) follow one another in
            every permitted order. The script does not wait for the election and the starts: they pass while it sleeps.
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

    private static void Zoned(JsonObject spec)
    {
        spec["tidb"]!["maxUnavailablePerZone"] = ZonedHosts / Zones;
        spec["tidb"]!["maxUnavailableServers"] = 4;
    }

    private static async Task<IDatabaseScenario> BmdbAsync(
        DatabaseStage stage, string name, int tservers, int zones, CancellationToken cancellationToken)
    {
        var bmdb = YugabyteScenarioOptions.Bmdb;
        return await YugabyteScenario.StartAsync(
            stage.Run, bmdb with { Cluster = bmdb.Cluster with { Name = "bm" + name, TimeFactor = TimeFactor, Tservers = tservers, Zones = zones } }, cancellationToken);
    }

    private static async Task BothAsync(
        Comparison what, Func<string, Task<IDatabaseScenario>> start, DatabaseStage stage, StringBuilder text, List<string> overheads, CancellationToken cancellationToken)
    {
        DatabaseWay script;
        await using (var cluster = await start("script"))
        {
            script = await UnderLoadAsync(cluster, () => new DatabaseScript(stage.Run, Settle).RunAsync(cluster, cancellationToken), cancellationToken);
        }

        DatabaseWay? draining = null;
        if (what.ScriptDrains)
        {
            await using var cluster = await start("drain");
            draining = await UnderLoadAsync(
                cluster, () => new DatabaseScript(stage.Run, Settle, drain: true).RunAsync(cluster, cancellationToken), cancellationToken);
        }

        await using var another = await start("op");
        JsonNode? done = null;
        var path = new PlanPath();
        var op = await UnderLoadAsync(
            another,
            async () =>
            {
                (var wall, done) = await OperatorAsync(stage, another, path, what.Change, cancellationToken);
                return wall;
            },
            cancellationToken);
        Row(text, what.Name, "script", script, script);
        if (draining is not null)
        {
            Row(text, what.Name, "script that moves leaders away first", draining, script);
        }

        Row(text, what.Name, "**operator**", op, script);
        overheads.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what.Name}: operator wall time compared with the script, preflight included | {op.Wall / script.Wall:0.00} | {what.Aim:0.0} or less |"));
        if (draining is not null)
        {
            overheads.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {what.Name}: the same compared with the script that moves leaders away first | {op.Wall / draining.Wall:0.00} | {what.Aim:0.0} or less |"));
        }

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
        DatabaseStage stage, IDatabaseScenario cluster, PlanPath path, Action<JsonObject>? change, CancellationToken cancellationToken)
    {
        var space = await stage.NewNamespaceAsync(cluster);
        await using var op = stage.StartOperator();
        await op.WaitUntilReadyAsync(cancellationToken);
        var manifest = cluster.Manifest(space);
        manifest["spec"]!["settle"] = string.Create(CultureInfo.InvariantCulture, $"{Settle:0}s");
        if (manifest["spec"]!["tidb"] is { } tidb)
        {
            tidb["tuneScheduling"] = new JsonObject { ["enabled"] = false };
        }

        change?.Invoke(manifest["spec"]!.AsObject());

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
        /// <summary>Whether the script is also measured with drains, which the manual procedure does not have.</summary>
        public bool ScriptDrains { get; init; }

        /// <summary>Changes the spec.</summary>
        public Action<JsonObject>? Change { get; init; }
    }

    private static void Row(StringBuilder text, string what, string way, DatabaseWay took, DatabaseWay reference) => text.AppendLine(
        CultureInfo.InvariantCulture,
        $"| {what} | {way} | {took.Wall.TotalSeconds:0.0} s | {took.Wall / reference.Wall:0.00} | {took.Load.Ok + took.Load.Failed} | {took.Load.Retried} | {took.Load.Failed} | {(took.Noticed.Count == 0 ? "none" : string.Join(", ", took.Noticed))} |");
}
