namespace Drydock.Benchmarks;

/// <summary>
/// Upgrades one road by shell and by operator with the same simulated durations. The stage is reset before each run.
/// </summary>
internal sealed class UpgradeBench : IAsyncDisposable
{
    private readonly UpgradeStage _stage;
    private readonly Durations _durations;
    private readonly string _path;

    private UpgradeBench(UpgradeStage stage, Durations durations, string path)
    {
        _stage = stage;
        _durations = durations;
        _path = path;
    }

    public static async Task<UpgradeBench> StartAsync(
        UpgradeRoad road, Durations durations, CancellationToken cancellationToken)
    {
        var stage = await UpgradeStage.StartAsync(
            new StageOptions
            {
                Checkout = Repository.Root,
                OperatorAssembly = Repository.OperatorAssembly,
                Road = road,
                Faults = true,
                Scenario = o => o with { NewImagePresent = false },
            },
            cancellationToken: cancellationToken);
        return new UpgradeBench(
            stage, durations, SlowTools.Make(Path.Combine(stage.Run.Folder, "slow-tools"), durations));
    }

    public async Task<Timing> ShellAsync(string load, string start, CancellationToken cancellationToken)
    {
        await ResetAsync(cancellationToken);
        return Say($"shell, image loaded {load}, start {start}", await new ShellRunbook(_stage, _path).RunAsync(
            load, start, cancellationToken));
    }

    public async Task<(Timing Timing, JsonNode Upgrade)> OperatorAsync(CancellationToken cancellationToken)
    {
        await ResetAsync(cancellationToken);
        var (timing, upgrade) = await new OperatorUpgrade(_stage, _path).RunAsync(cancellationToken);
        if (await _stage.Oms.PunishmentsAsync() is { Count: > 0 } punished)
        {
            throw new LabException($"The operator made mistakes: {string.Join(", ", punished)}");
        }

        return (Say("operator", timing), upgrade);
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    public static StringBuilder Table()
    {
        var text = new StringBuilder();
        text.AppendLine("| way | downtime (T1 to T2) | ratio | wall time | ratio |");
        text.AppendLine("|---|---|---|---|---|");
        return text;
    }

    public static void Row(StringBuilder text, string name, Timing timing, Timing reference) => text.AppendLine(
        CultureInfo.InvariantCulture,
        $"| {name} | {timing.Downtime.TotalSeconds:0.0} s | {timing.Downtime / reference.Downtime:0.00} | "
        + $"{timing.Wall.TotalSeconds:0.0} s | {timing.Wall / reference.Wall:0.00} |");

    private static Timing Say(string what, Timing timing)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: downtime {timing.Downtime.TotalSeconds:0.0} s, wall {timing.Wall.TotalSeconds:0.0} s"));
        return timing;
    }

    private async Task ResetAsync(CancellationToken cancellationToken)
    {
        await _stage.ResetAsync(cancellationToken);
        await _stage.Oms.SetKnobsAsync(_durations.Knobs);
        _stage.Faults!.Ledger.When(
            point => point.Side == FaultSide.After
                && point.Act.Target.Contains("/images/load", StringComparison.Ordinal),
            FaultAction.Call(_ => Task.Delay(TimeSpan.FromSeconds(_durations.Load), cancellationToken)),
            int.MaxValue);
    }
}
