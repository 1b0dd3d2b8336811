using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Drydock.Lab;
using Drydock.Lab.Upgrades;

namespace Drydock.Benchmarks;

/// <summary>Runs everything in one go on one lab and writes docs/performance.md: ratios in one run with the rival beside it.</summary>
internal sealed class Report
{
    private const double Factor = 5;
    private const int Finished = 10;

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var durations = new Durations(Factor);
        await using var stage = await UpgradeStage.StartAsync(
            new StageOptions
            {
                Checkout = Checkout.Root,
                OperatorAssembly = Checkout.OperatorAssembly,
                Faults = true,
                Scenario = o => o with { NewImagePresent = false },
            },
            cancellationToken: cancellationToken);
        var path = SlowTools.Make(Path.Combine(stage.Run.Folder, "slow-tools"), durations);
        var footprint = new OperatorFootprint(stage);
        Say("operator starts");
        var starts = await footprint.StartsAsync(cancellationToken);

        Say($"shell, image loaded inside the downtime; {durations}");
        var inside = await OnResetStageAsync(stage, durations, () => new ShellRunbook(stage, path).RunAsync("inside", cancellationToken), cancellationToken);
        Say($"  downtime {inside.Downtime.TotalSeconds:0.0} s, wall {inside.Wall.TotalSeconds:0.0} s; shell, image loaded before");
        var before = await OnResetStageAsync(stage, durations, () => new ShellRunbook(stage, path).RunAsync("before", cancellationToken), cancellationToken);
        Say($"  downtime {before.Downtime.TotalSeconds:0.0} s, wall {before.Wall.TotalSeconds:0.0} s; operator");
        var (op, upgrade) = await OnResetStageAsync(stage, durations, () => new OperatorUpgrade(stage, path).RunAsync(cancellationToken), cancellationToken);
        Say($"  downtime {op.Downtime.TotalSeconds:0.0} s, wall {op.Wall.TotalSeconds:0.0} s; memory and events");

        var memory = await footprint.RestingMemoryAsync(upgrade["metadata"]!["namespace"]!.GetValue<string>(), upgrade, Finished, cancellationToken);
        var events = await footprint.FirstStatusAsync(cancellationToken);
        var text = Render(durations, inside, before, op, PlanPath.Longest(upgrade), starts, memory, events);
        await File.WriteAllTextAsync(Checkout.Docs("performance.md"), text, cancellationToken);
        Console.WriteLine(text);
    }

    private static async Task<T> OnResetStageAsync<T>(UpgradeStage stage, Durations durations, Func<Task<T>> run, CancellationToken cancellationToken)
    {
        await stage.ResetAsync(cancellationToken);
        await stage.Oms.SetKnobsAsync(durations.Knobs);
        stage.Faults!.Ledger.When(
            point => point.Side == FaultSide.After && point.Act.Target.Contains("/images/load", StringComparison.Ordinal),
            FaultAction.Call(_ => Task.Delay(TimeSpan.FromSeconds(durations.Load), cancellationToken)),
            int.MaxValue);
        return await run();
    }

    private static string Render(
        Durations durations, Timing inside, Timing before, Timing op, TimeSpan path, IReadOnlyList<TimeSpan> starts, double memory, IReadOnlyList<TimeSpan> events)
    {
        var text = new StringBuilder();
        var sorted = events.Order().ToList();
        var overhead = op.Wall.TotalSeconds - durations.CriticalPath;
        text.AppendLine("# Performance");
        text.AppendLine();
        text.AppendLine("Written by `make bench`: everything in one go on one lab, two nodes, real apiserver, dockerds, MariaDB and the OMS stand-in. Figures of one run; quote the ratios.");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"- Date: {TimeProvider.System.GetUtcNow():yyyy-MM-dd}");
        text.AppendLine(CultureInfo.InvariantCulture, $"- Machine: {Environment.ProcessorCount} processors, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30)} GiB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}");
        text.AppendLine(CultureInfo.InvariantCulture, $"- Simulated durations: {durations}");
        text.AppendLine();
        text.AppendLine("| way | downtime (T1 to T2) | ratio | wall time | ratio |");
        text.AppendLine("|---|---|---|---|---|");
        Row(text, "shell, the runbook's order (image loaded inside the downtime)", inside, inside);
        Row(text, "shell, image loaded before", before, inside);
        Row(text, "**operator**", op, inside);
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Operator to shell with the image loaded before: downtime {op.Downtime / before.Downtime:0.00}, wall {op.Wall / before.Wall:0.00}.");
        text.AppendLine();
        text.AppendLine("| what | measured | aim |");
        text.AppendLine("|---|---|---|");
        text.AppendLine(CultureInfo.InvariantCulture, $"| operator downtime to the first script | {op.Downtime / inside.Downtime:0.00} | 0.6 or less |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| wall time above the simulated waits that no order can shorten ({durations.CriticalPath:0.0} s) | {overhead:0.0} s, {100 * overhead / op.Wall.TotalSeconds:0.0} % of the wall time; it holds all real work too: API calls, containers, programs, dumps | |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| wall time above the plan's longest chain by the steps' own times ({path.TotalSeconds:0.0} s) | {(op.Wall - path).TotalSeconds:0.0} s, {100 * ((op.Wall - path) / op.Wall):0.0} %, preflight included | 2 % or less |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| process start to ready and leading, free lease | median {starts.Order().ElementAt(starts.Count / 2).TotalSeconds:0.00} s of {starts.Count} (from {starts.Min().TotalSeconds:0.00} to {starts.Max().TotalSeconds:0.00}) | 1.5 s or less |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| resident memory at rest with {Finished} finished upgrades | {memory:0} MiB | 80 MiB or less |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| creation of an object to its first status write | p50 {sorted[sorted.Count / 2].TotalMilliseconds:0} ms, p99 {sorted[^1].TotalMilliseconds:0} ms (the slowest of {sorted.Count}) | |");
        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, Timing timing, Timing reference) =>
        text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {timing.Downtime.TotalSeconds:0.0} s | {timing.Downtime / reference.Downtime:0.00} | {timing.Wall.TotalSeconds:0.0} s | {timing.Wall / reference.Wall:0.00} |");

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Say(string line) => Console.WriteLine(line);
}
