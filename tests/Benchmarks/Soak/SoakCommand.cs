using Drydock.Lab.Oms;

namespace Drydock.Benchmarks;

/// <summary>
/// Runs a long load against the operator on real parts, checks whether its resources grow, and writes the section of
/// docs/project/reliability.md.
/// </summary>
internal sealed class SoakCommand(TimeSpan span)
{
    /// <summary>The Secret with the login of the database that the snapshots back up.</summary>
    public const string DatabaseSecret = "soak-database";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <returns>0 if nothing grew.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var stage = await UpgradeStage.StartAsync(
            new StageOptions
            {
                Checkout = Repository.Root,
                OperatorAssembly = Repository.OperatorAssembly,
                Faults = true
            },
            cancellationToken: cancellationToken);
        var space = await stage.NewNamespaceAsync();
        await stage.Operator.ApplySecretsAsync(space, [StageSecret.Opaque(
            DatabaseSecret, ("username", OmsScenario.MetaUser), ("password", OmsCanaries.MetaPassword))]);
        await using var op = stage.StartOperator(new LabOperatorOptions { LogLevel = "Information" });
        await op.WaitUntilReadyAsync(cancellationToken);
        var readings = new List<ProcessReading>();
        using var load = new SoakLoad(stage, space, span);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var begin = TimeProvider.System.GetTimestamp();
        var reader = ReadAsync(op, readings, begin, reading.Token);
        try
        {
            await load.RunAsync(() => readings.LastOrDefault()?.Reconciles ?? 0, cancellationToken);
        }
        finally
        {
            await reading.CancelAsync();
            await reader;
        }

        var (text, good) = Report(load, readings, TimeProvider.System.GetElapsedTime(begin), op.Process.HasExited);
        var page = ReliabilityPage.WithSection(ReliabilityPage.Read(), "Soak", text);
        await File.WriteAllTextAsync(ReliabilityPage.FilePath, page, cancellationToken);
        Console.WriteLine(text);
        return good ? 0 : 1;
    }

    private static async Task ReadAsync(
        LabOperator op, List<ProcessReading> readings, long begin, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (await ProcessReading.TakeAsync(op, TimeProvider.System.GetElapsedTime(begin), cancellationToken)
                    is { } taken)
                {
                    readings.Add(taken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The load ends the readings by this cancellation.
        }
    }

    private static (string Text, bool Good) Report(
        SoakLoad load, List<ProcessReading> readings, TimeSpan took, bool ended)
    {
        var after = readings.Where(r => r.Seconds >= took.TotalSeconds / 10).ToList();
        (string Name, Func<ProcessReading, double> Of)[] quantities =
        [
            ("resident memory, MiB", r => r.ResidentMiB), ("open descriptors", r => r.Handles),
            ("threads", r => r.Threads), ("active timers", r => r.Timers),
        ];
        var trends = quantities.Select(q => (
            q.Name, Trend: Trend.Of([.. after.Select(r => (r.Seconds, q.Of(r)))]), Least: after.Min(q.Of),
            Most: after.Max(q.Of))).ToList();
        var good = !ended && trends.TrueForAll(t => t.Trend.Stays);
        var text = new StringBuilder();
        text.AppendLine(
            "`make soak` writes this section. One operator process runs under load on real parts: API server, two " +
            "Docker hosts, MariaDB. The load cuts every watch repeatedly, rotates Secrets (value, annotation, " +
            "label), creates and deletes upgrades and snapshots, and changes annotations of long-lived upgrades.");
        text.AppendLine(
            "The soak shows whether the process leaks. The table shows the straight line through all readings after " +
            "the first tenth of the time (one every 5 s): its value at the beginning and at the end. A line that " +
            "rises by more than 5 % and by more than two standard deviations of the readings is a leak, and the " +
            "command fails.");
        text.AppendLine();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"Measured {TimeProvider.System.GetUtcNow():yyyy-MM-dd} in {took.TotalMinutes:0.0} minutes with "
            + $"`SOAK_MINUTES={SoakMinutes(took)}` on {Environment.ProcessorCount} processors: {load.Reconnected} "
            + $"watches reconnected, {load.RotationsDone} changes of Secrets, {readings[^1].Reconciles:0} "
            + $"reconciliations, {load.UpgradesDone} upgrades and {load.SnapshotsDone} snapshots created and deleted. "
            + $"The operator {(ended ? "ENDED on the way" : "ran to the end")}.");
        text.AppendLine();
        text.AppendLine("| quantity | line begins | line ends | least | most | verdict |");
        text.AppendLine("|---|---|---|---|---|---|");
        foreach (var (name, trend, least, most) in trends)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {name} | {trend.Begin:0.0} | {trend.End:0.0} | {least:0.0} | {most:0.0} | "
                + $"{(trend.Stays ? "stays" : "GROWS")} |");
        }

        return (text.ToString(), good);
    }

    private static string SoakMinutes(TimeSpan took) =>
        Environment.GetEnvironmentVariable("SOAK_MINUTES")
            ?? took.TotalMinutes.ToString("0", CultureInfo.InvariantCulture);
}
