namespace Drydock.Benchmarks;

/// <summary>Runs the upgrade by the operator on the stage.</summary>
internal sealed class OperatorUpgrade(UpgradeStage stage, string? path = null)
{
    /// <summary>Returns downtime and wall time, from the apply to Succeeded, and the finished upgrade.</summary>
    public async Task<(Timing Timing, JsonNode Upgrade)> RunAsync(CancellationToken cancellationToken)
    {
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(path is null ? null : new LabOperatorOptions { Path = path });
        await op.WaitUntilReadyAsync(cancellationToken);
        var manifest = stage.Manifest(space);
        var watch = Stopwatch.StartNew();
        await stage.ApplyAsync(manifest.ToJsonString());
        await stage.WaitForAsync(
            space, u => u.Phase() == "Succeeded", TimeSpan.FromMinutes(10), cancellationToken: cancellationToken);
        var wall = watch.Elapsed;

        // The claim is released after the success; only then is the upgrade finished.
        var done = await stage.WaitForAsync(space, u => u.IsOver(), cancellationToken: cancellationToken);
        var times = done["status"]!["times"]!;
        var downtime = Time(times["t2"]!) - Time(times["t1"]!);
        return (new Timing(downtime, wall), done);
    }

    private static DateTimeOffset Time(JsonNode node) =>
        DateTimeOffset.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture);
}
