namespace Drydock.Benchmarks;

/// <summary>
/// Measures an operator with many finished objects, beside an informer of client-go that keeps the same objects.
/// </summary>
internal sealed class ScalePart : IBenchPart
{
    private static readonly TimeSpan LongestList = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(20);

    private static readonly (int Objects, string Memory, string Sync)[] Sizes =
        [
            (10, "80 MiB or less", ""), (1_000, "120 MiB or less", "1 s or less"),
            (10_000, "250 MiB or less", "8 s or less")
        ];

    public string Name => "scale";

    public string Title => "Many finished objects";

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var stage = await UpgradeStage.StartAsync(
            new StageOptions { Checkout = Repository.Root, OperatorAssembly = Repository.OperatorAssembly },
            cancellationToken: cancellationToken);
        var (_, upgrade) = await new OperatorUpgrade(stage).RunAsync(cancellationToken);
        var finished = new FinishedUpgrades(stage, upgrade);
        var space = upgrade["metadata"]!["namespace"]!.GetValue<string>();

        var rows = new StringBuilder();
        var (count, fewest, hasGo) = (1, TimeSpan.Zero, true);
        foreach (var (objects, memory, sync) in Sizes)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{objects} objects"));
            await finished.AddAsync(space, objects - count, cancellationToken);
            count = objects;
            var (ready, rest, peak) = await MeasureAsync(stage, cancellationToken);
            fewest = fewest == TimeSpan.Zero ? ready : fewest;
            rows.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {objects} | **operator** | {ready.TotalSeconds:0.00} s | {Math.Max(
                    0, (ready - fewest).TotalSeconds):0.00} s | {sync} | {rest:0} MiB | {memory} | {peak:0} MiB |");
            if (await GoInformer.MeasureAsync(stage.ControlPlane.AdminKubeconfig, Rest, cancellationToken) is { } go)
            {
                rows.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {objects} | client-go, informer only | | {go.Sync.TotalSeconds:0.00} s | | {go.RestMiB:0} MiB "
                    + $"| | {go.PeakMiB:0} MiB |");
            }
            else
            {
                hasGo = false;
            }
        }

        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"Copies of an upgrade that the operator finished: {finished.Steps} steps, a status of "
            + $"{finished.StatusBytes / 1024.0:0} KiB each. Memory is resident memory {Rest.TotalSeconds:0} s after "
            + $"the objects were listed. The operator's time for the list is its time from process start to ready, "
            + $"less that with {Sizes[0].Objects} objects.");
        text.AppendLine();
        text.AppendLine("| objects | process | start to ready | list | aim | memory at rest | aim | peak |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        text.Append(rows);
        if (!hasGo)
        {
            text.AppendLine().AppendLine(
                "There is no Go toolchain on this machine, so no informer of client-go was measured.");
        }

        Console.WriteLine("reconnections");
        var (first, last) = await Reconnections.MeasureAsync(cancellationToken);
        text.AppendLine();
        text.AppendLine("| what | measured | aim |");
        text.AppendLine("|---|---|---|");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| memory after {Reconnections.Last} reconnections of a watch, compared with {Reconnections.First} | "
            + $"{last / first:0.00} ({first:0} to {last:0} MiB) | 1.05 or less |");
        return text.ToString();
    }

    private static async Task<(TimeSpan Ready, double RestMiB, double PeakMiB)> MeasureAsync(
        UpgradeStage stage, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await using var op = stage.StartOperator();
        await Deadline.UntilAsync(
            "the operator to be ready",
            async token => (await op.GetAsync("/readyz", token)).StartsWith("Healthy", StringComparison.Ordinal),
            LongestList,
            cancellationToken: cancellationToken);
        var ready = watch.Elapsed;
        await Task.Delay(Rest, cancellationToken);
        return (ready, ProcessMemory.ResidentMiB(op.Process.Id), ProcessMemory.PeakMiB(op.Process.Id));
    }
}
