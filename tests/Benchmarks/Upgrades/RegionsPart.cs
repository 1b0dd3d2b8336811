namespace Drydock.Benchmarks;

/// <summary>
/// Enterprise 3.2.2 to 4.2.2, eight nodes in two regions: the operator compared with the runbook as a shell script that
/// works on one node after the other.
/// </summary>
internal sealed class RegionsPart : IBenchPart
{
    private static readonly UpgradeRoad Road =
        UpgradeRoad.EnterpriseTwoRegions with { Id = "ee-322-422-4x4", RegionSizes = [4, 4] };

    public string Name => "regions";

    public string Title => "Upgrade, eight nodes in two regions";

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var durations = Durations.Chosen();
        await using var bench = await UpgradeBench.StartAsync(Road, durations, cancellationToken);
        var one = await bench.ShellAsync("inside", "one", cancellationToken);
        var all = await bench.ShellAsync("inside", "all", cancellationToken);
        var before = await bench.ShellAsync("before", "all", cancellationToken);
        var (op, upgrade) = await bench.OperatorAsync(cancellationToken);

        var (nodes, critical) = (Road.Nodes(0), durations.CriticalDowntime(jars: 2, inits: 2));
        var text = UpgradeBench.Table();
        UpgradeBench.Row(
            text, "shell, the runbook's order, waits for each new node before it starts the next", one, one);
        UpgradeBench.Row(text, "shell, the runbook's order, all new nodes started, then waited for", all, one);
        UpgradeBench.Row(text, "shell, the same, image loaded before the downtime", before, one);
        UpgradeBench.Row(text, "**operator**", op, one);
        text.AppendLine();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"Simulated durations: {durations}. {nodes} dockerds, every OMS program, the API server and the database "
            + $"share the processors.");
        text.AppendLine();
        text.AppendLine("| operator downtime | ratio | aim |");
        text.AppendLine("|---|---|---|");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| compared with the shell that boots one node after the other | {op.Downtime / one.Downtime:0.00} | " +
            $"0.3 or less |");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| compared with the shell whose boots overlap | {op.Downtime / all.Downtime:0.00} | |");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| compared with the same, image loaded before | {op.Downtime / before.Downtime:0.00} | |");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| above the simulated waits of the downtime that no order can shorten ({critical:0.0} s: stop, the " +
            $"longest dump, boot, two JARs and two inits, never two at a time) | " +
            $"{op.Downtime.TotalSeconds - critical:0.0} s | |");
        text.Append(OwnShare.Of(op, upgrade, durations.CriticalPath(jars: 2, inits: 2))
            .Rows("operator", Durations.Real.CriticalPath(jars: 2, inits: 2)));
        return text.ToString();
    }
}
