using Drydock.Lab.Databases.Scenarios;
using Drydock.Lab.Databases.TiDb;
using Drydock.Lab.Hosts;

namespace Drydock.Benchmarks;

/// <summary>
/// Measures upgrades by the script of the runbook and by the operator, under the same load and with the same settling
/// time, and collects the rows of both tables.
/// </summary>
internal sealed class DatabaseComparison(DatabaseStage stage)
{
    /// <summary>All spans of the original programs are divided by it.</summary>
    public const double TimeFactor = 3;

    /// <summary>Settling time after each instance, in seconds. The vendors ask for 60 s.</summary>
    public const double Settle = 60 / TimeFactor;

    private readonly StringBuilder _rows = new();
    private readonly List<string> _facts = [];

    /// <summary>What holds for every comparison, below its table.</summary>
    public static string Terms { get; } = string.Create(CultureInfo.InvariantCulture, $"""
        All spans of the original programs are divided by {TimeFactor:0}. Script and operator settle {Settle:0} s
        after each instance. There is no backup, and the limits are not tuned afterwards. The scripts do no more
        than the manual procedures: the script of BMDB moves no leader away before it stops a server and does not watch
        the cluster before the catalogue and at the end (a second one does both), and no script looks for the rest of
        an interrupted run. The operator copies packages to all hosts at once, checks every
        gate twice, moves leaders, and drains an instance while the one before it settles. The first instance of a
        component does not wait until the last one of the component before it has settled. The processor time of the
        hosts is that of sshd and of all commands, without what stands in for a program: databases, their tools,
        systemctl.
        """);

    /// <summary>Starts the stage on which a part compares.</summary>
    public static Task<DatabaseStage> StageAsync(CancellationToken cancellationToken) => DatabaseStage.StartAsync(
        new DatabaseStageOptions { Checkout = Repository.Root, OperatorAssembly = Repository.OperatorAssembly },
        cancellationToken: cancellationToken);

    /// <summary>Starts a BMDB.</summary>
    /// <param name="zones">0 for a universe without zones.</param>
    public async Task<IDatabaseScenario> BmdbAsync(
        string name, int tservers, int zones, CancellationToken cancellationToken)
    {
        var bmdb = YugabyteScenarioOptions.Bmdb;
        var cluster = bmdb.Cluster with { Name = name, TimeFactor = TimeFactor, Tservers = tservers, Zones = zones };
        return await YugabyteScenario.StartAsync(stage.Run, bmdb with { Cluster = cluster }, cancellationToken);
    }

    /// <summary>Starts a TiDB.</summary>
    public async Task<IDatabaseScenario> TiDbAsync(TiDbClusterOptions cluster, CancellationToken cancellationToken) =>
        await TiDbScenario.StartAsync(
            stage.Run, new TiDbScenarioOptions { Cluster = cluster with { TimeFactor = TimeFactor } },
            cancellationToken);

    /// <summary>Runs the script and then the operator, each on a cluster of its own.</summary>
    /// <param name="start">Starts the cluster with the given name.</param>
    public async Task MeasureAsync(
        ComparedUpgrade what, Func<string, Task<IDatabaseScenario>> start, CancellationToken cancellationToken)
    {
        DatabaseWay script;
        await using (var cluster = await start("script"))
        {
            script = await UnderLoadAsync(
                cluster, () => new DatabaseScript(stage.Run, Settle).RunAsync(cluster, cancellationToken),
                cancellationToken);
        }

        DatabaseWay? draining = null;
        if (what.ScriptDrains)
        {
            await using var cluster = await start("drain");
            draining = await UnderLoadAsync(
                cluster, () => new DatabaseScript(stage.Run, Settle, drain: true).RunAsync(cluster, cancellationToken),
                cancellationToken);
        }

        await using var another = await start("op");
        JsonNode? done = null;
        var path = new PlanPath();
        var op = await UnderLoadAsync(
            another,
            async () =>
            {
                (var wall, done) = await OperatorAsync(another, path, what.Change, cancellationToken);
                return wall;
            },
            cancellationToken);
        Row(what.Name, "script", script, script);
        if (draining is not null)
        {
            Row(what.Name, "script with the operator's drains and pauses", draining, script);
        }

        Row(what.Name, "**operator**", op, script);
        _facts.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what.Name}: operator wall time compared with the script, preflight included | "
            + $"{op.Wall / script.Wall:0.00} | {what.Aim:0.0} or less |"));
        if (draining is not null)
        {
            _facts.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {what.Name}: the same compared with the script with the operator's drains and pauses | "
                + $"{op.Wall / draining.Wall:0.00} | {what.Aim:0.0} or less |"));
        }

        var (longest, before) = (path.Longest(done!), PlanPath.BeforeTheFirst(done!));
        _facts.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what.Name}: from apply to the first step (checks of hosts, processes and cluster, plan) | "
            + $"{before.TotalSeconds:0.0} s | |"));
        var above = op.Wall - before - longest;
        _facts.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what.Name}: rest of the wall time above the plan's longest chain by the times of its steps " +
            $"({longest.TotalSeconds:0.0} s) | {above.TotalSeconds:0.0} s, {100 * (above / op.Wall):0.0} % | " +
            $"2 % or less |"));
    }

    /// <summary>The section: the table of both ways, the remarks, the table of what was measured beside its
    /// aim.</summary>
    /// <param name="remarks">Below the first table, after what holds for every comparison.</param>
    /// <param name="more">More rows of the second table.</param>
    public string Section(string remarks, params IEnumerable<string> more)
    {
        var text = new StringBuilder();
        text.AppendLine(
            "| upgrade | way | wall time | ratio | a process down: median, longest | ratio of medians "
            + "| commands over ssh | processor time of the hosts | ratio "
            + "| requests | handed over | failed | mistakes the cluster noticed |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        text.Append(_rows).AppendLine().AppendLine(Terms).AppendLine(remarks).AppendLine();
        text.AppendLine("| what | measured | aim |").AppendLine("|---|---|---|");
        foreach (var fact in _facts.Concat(more))
        {
            text.AppendLine(fact);
        }

        return text.ToString();
    }

    private static async Task<DatabaseWay> UnderLoadAsync(
        IDatabaseScenario cluster, Func<Task<TimeSpan>> upgrade, CancellationToken cancellationToken)
    {
        await using var load = await DatabaseLoad.StartAsync(cluster, cancellationToken: cancellationToken);
        var before = await SshCost.OfAsync(cluster.Hosts, cancellationToken);
        var known = cluster.Directory.Record().Count;
        var wall = await upgrade();
        await load.EndAsync();
        var cost = (await SshCost.OfAsync(cluster.Hosts, cancellationToken)).Since(before);
        var downs = DatabaseWay.DownsOf(cluster.Directory.Record().Skip(known));
        var noticed = cluster.Directory.Violations().Select(v => v.What).Distinct(StringComparer.Ordinal).ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{cluster.Id}: {wall.TotalSeconds:0.0} s, {load.Total()}, {cost.Commands} commands, "
            + $"{cost.Processor.TotalSeconds:0.0} s of the hosts, down "
            + $"{string.Join(", ", downs.Select(d => d.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)))}, "
            + $"noticed {string.Join(", ", noticed)}"));
        return new DatabaseWay(wall, load.Total(), cost, downs, noticed);
    }

    private async Task<(TimeSpan Wall, JsonNode Upgrade)> OperatorAsync(
        IDatabaseScenario cluster, PlanPath path, Action<JsonObject>? change, CancellationToken cancellationToken)
    {
        var space = await stage.NewNamespaceAsync(cluster);
        await using var op = stage.StartOperator();
        await op.WaitUntilReadyAsync(cancellationToken);
        var manifest = cluster.Manifest(space);
        manifest["spec"]!["minHealthySeconds"] = (int)Settle;
        if (manifest["spec"]!["tidb"] is { } tidb)
        {
            tidb["tuneScheduling"] = new JsonObject { ["enabled"] = false };
        }

        change?.Invoke(manifest["spec"]!.AsObject());

        var watch = Stopwatch.StartNew();
        await stage.ApplyAsync(manifest);
        var done = await stage.WaitForAsync(
            space, cluster, u => path.See(u) && (u.Phase() == "Succeeded" || u.IsStalled()), TimeSpan.FromMinutes(20),
            cancellationToken);
        var wall = watch.Elapsed;
        if (done.Phase() != "Succeeded")
        {
            throw new LabException($"The operator stopped: {done.Message()}");
        }

        Console.WriteLine($"{cluster.Id}, the steps: {path.Steps(done)}");
        return (wall, done);
    }

    private void Row(string what, string way, DatabaseWay took, DatabaseWay reference) => _rows.AppendLine(
        CultureInfo.InvariantCulture,
        $"| {what} | {way} | {took.Wall.TotalSeconds:0.0} s | {took.Wall / reference.Wall:0.00} | "
        + $"{took.Down.TotalSeconds:0.00} s, {took.Downs[^1].TotalSeconds:0.00} s | "
        + $"{took.Down / reference.Down:0.00} | "
        + $"{took.Hosts.Commands} | {took.Hosts.Processor.TotalSeconds:0.0} s | "
        + $"{took.Hosts.Processor / reference.Hosts.Processor:0.00} | "
        + $"{took.Load.Ok + took.Load.Failed} | {took.Load.Retried} | {took.Load.Failed} | "
        + $"{(took.Noticed.Count == 0 ? "none" : string.Join(", ", took.Noticed))} |");
}
