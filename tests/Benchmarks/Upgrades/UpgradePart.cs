using System.Globalization;
using Drydock.Lab.Upgrades;

namespace Drydock.Benchmarks;

/// <summary>
/// Enterprise 3.2.2 to 4.2.2, one region with two nodes: the operator compared with the runbook as a shell script.
/// </summary>
internal sealed class UpgradePart : IBenchPart
{
    public string Name => "upgrade";

    public string Title => "Upgrade, two nodes in one region";

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var durations = Durations.Chosen();
        await using var bench = await UpgradeBench.StartAsync(UpgradeRoad.Enterprise, durations, cancellationToken);
        var inside = await bench.ShellAsync("inside", "all", cancellationToken);
        var before = await bench.ShellAsync("before", "all", cancellationToken);
        var (op, upgrade) = await bench.OperatorAsync(cancellationToken);

        var (critical, path) = (durations.CriticalPath(jars: 2, inits: 1), new PlanPath().Longest(upgrade));
        var overhead = op.Wall.TotalSeconds - critical;
        var text = UpgradeBench.Table();
        UpgradeBench.Row(text, "shell, the runbook's order (image loaded inside the downtime)", inside, inside);
        UpgradeBench.Row(text, "shell, image loaded before", before, inside);
        UpgradeBench.Row(text, "**operator**", op, inside);
        text.AppendLine();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"Simulated durations: {durations}. Operator compared with the shell with the image loaded before: " +
            $"downtime {op.Downtime / before.Downtime:0.00}, wall time {op.Wall / before.Wall:0.00}.");
        text.AppendLine();
        text.AppendLine("| what | measured | aim |");
        text.AppendLine("|---|---|---|");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| operator downtime compared with the first script | {op.Downtime / inside.Downtime:0.00} | " +
            $"0.6 or less |");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| wall time above the simulated waits that no order can shorten ({critical:0.0} s) | {overhead:0.0} s, " +
            $"{100 * overhead / op.Wall.TotalSeconds:0.0} % of the wall time. It includes all real work: API calls, " +
            $"containers, programs, dumps | |");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| wall time above the plan's longest chain by the times of its steps ({path.TotalSeconds:0.0} s) | " +
            $"{(op.Wall - path).TotalSeconds:0.0} s, {100 * ((op.Wall - path) / op.Wall):0.0} %, " +
            $"preflight included | 2 % or less |");
        return text.ToString();
    }
}
