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
        var text = new StringBuilder(await LongWaitsAsync(cancellationToken));
        text.AppendLine();
        text.Append(await ShortWaitsAsync(cancellationToken));
        return text.ToString();
    }

    // Waits of a few seconds: here the script is as fast as its commands, and what the operator adds shows.
    private static async Task<string> ShortWaitsAsync(CancellationToken cancellationToken)
    {
        var durations = Durations.Short;
        await using var bench = await UpgradeBench.StartAsync(UpgradeRoad.Enterprise, durations, cancellationToken);
        var inside = await bench.ShellAsync("inside", "all", cancellationToken);
        var before = await bench.ShellAsync("before", "all", cancellationToken);
        var (op, upgrade) = await bench.OperatorAsync(cancellationToken);
        var share = OwnShare.Of(op, upgrade, durations.CriticalPath(jars: 2, inits: 1));
        Console.WriteLine($"steps, short waits: {new PlanPath().Steps(upgrade)}");

        var text = UpgradeBench.Table();
        UpgradeBench.Row(text, "short waits: shell, the runbook's order", inside, inside);
        UpgradeBench.Row(text, "short waits: shell, image loaded before", before, inside);
        UpgradeBench.Row(text, "short waits: **operator**", op, inside);
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Simulated durations: {durations}.");
        text.AppendLine();
        text.AppendLine("| what | measured | aim |");
        text.AppendLine("|---|---|---|");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| short waits: operator downtime compared with the runbook's order | "
            + $"{op.Downtime / inside.Downtime:0.00} | " +
            $"0.85 or less |");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| short waits: operator wall time compared with the runbook's order, preflight included | " +
            $"{op.Wall / inside.Wall:0.00} | 1.0 or less |");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| short waits: operator downtime compared with the image loaded before | "
            + $"{op.Downtime / before.Downtime:0.00} | |");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| short waits: preflight and plan, to the first step | " +
            $"{PlanPath.BeforeTheFirst(upgrade).TotalSeconds:0.0} s | |");
        text.Append(share.Rows("short waits", Durations.Real.CriticalPath(jars: 2, inits: 1)));
        return text.ToString();
    }

    private static async Task<string> LongWaitsAsync(CancellationToken cancellationToken)
    {
        var durations = Durations.Chosen();
        await using var bench = await UpgradeBench.StartAsync(UpgradeRoad.Enterprise, durations, cancellationToken);
        var inside = await bench.ShellAsync("inside", "all", cancellationToken);
        var before = await bench.ShellAsync("before", "all", cancellationToken);
        var (op, upgrade) = await bench.OperatorAsync(cancellationToken);

        var critical = durations.CriticalPath(jars: 2, inits: 1);
        var share = OwnShare.Of(op, upgrade, critical);
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
        text.Append(share.Rows("operator", Durations.Real.CriticalPath(jars: 2, inits: 1)));
        return text.ToString();
    }
}
