namespace Drydock.Benchmarks;

/// <summary>Measures an operator with little work: its start, its memory at rest, its first status write.</summary>
internal sealed class FootprintPart : IBenchPart
{
    private const int Finished = 10;

    public string Name => "footprint";

    public string Title => "The operator at rest";

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var stage = await UpgradeStage.StartAsync(
            new StageOptions { Checkout = Repository.Root, OperatorAssembly = Repository.OperatorAssembly },
            cancellationToken: cancellationToken);
        var footprint = new OperatorFootprint(stage);
        Console.WriteLine("starts");
        var starts = await footprint.StartsAsync(cancellationToken);
        Console.WriteLine("memory");
        var (_, upgrade) = await new OperatorUpgrade(stage).RunAsync(cancellationToken);
        var memory = await footprint.RestingMemoryAsync(
            upgrade["metadata"]!["namespace"]!.GetValue<string>(), upgrade, Finished, cancellationToken);
        Console.WriteLine("events");
        var events = (await footprint.FirstStatusAsync(cancellationToken)).Order().ToList();

        var text = new StringBuilder();
        text.AppendLine("| what | measured | aim |");
        text.AppendLine("|---|---|---|");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| process start to ready and leading, free lease | median "
            + $"{starts.Order().ElementAt(starts.Count / 2).TotalSeconds:0.00} s of {starts.Count} (from "
            + $"{starts.Min().TotalSeconds:0.00} to {starts.Max().TotalSeconds:0.00}) | 1.5 s or less |");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| resident memory at rest with {Finished} finished upgrades | {memory:0} MiB | 80 MiB or less |");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| creation of an object to its first status write | p50 {events[events.Count / 2].TotalMilliseconds:0} "
            + $"ms, p99 {events[^1].TotalMilliseconds:0} ms (the slowest of {events.Count}) | |");
        return text.ToString();
    }
}
