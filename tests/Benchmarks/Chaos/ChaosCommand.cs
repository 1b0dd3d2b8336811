using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Drydock.Lab;
using Drydock.Lab.Chaos;
using Drydock.Lab.Upgrades;

namespace Drydock.Benchmarks;

/// <summary>
/// Lets everything go wrong that can, one case after the other in each of some lanes, within a budget; goes on where the last run stopped and keeps the
/// ledger in docs/reliability.md.
/// </summary>
/// <param name="budget">When no new run is begun any more.</param>
/// <param name="lanes">How many stages, each with everything of its own; a run waits more than it works.</param>
/// <param name="only">Part of the name of the cases that are taken; null for all.</param>
internal sealed class ChaosCommand(TimeSpan budget, int lanes, string? only)
{
    private const long SmallDisk = 3L << 30;

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly ConcurrentQueue<IReadOnlyList<IReadOnlyList<ChaosCase>>> _batches = new();

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var stage = await StageAsync(cancellationToken);
        var runner = new ChaosRunner(stage);
        var cases = await CasesAsync(runner, cancellationToken);
        var ledger = ChaosLedger.Read(cases);
        var open = cases.Where(c => !ledger.Holds(c) && (only is null || c.Id.Contains(only, StringComparison.Ordinal))).ToList();
        var runs = ChaosMatrix.Runs(open).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cases.Count} cases, {open.Count} to cover in {runs.Count} runs, {lanes} lanes, {budget.TotalMinutes:0} minutes"));

        // A change of the road costs a while, so that many runs of one are taken in a row.
        foreach (var batch in runs.GroupBy(run => run[0].Scenario.Road.Id).SelectMany(road => road.Chunk(12)).OrderBy(b => runs.IndexOf(b[0])))
        {
            _batches.Enqueue(batch);
        }

        await Task.WhenAll([LaneAsync(runner, ledger, cancellationToken), .. Enumerable.Range(1, lanes - 1).Select(_ => LaneAsync(ledger, cancellationToken))]);
        return ledger.Bad > 0 ? 1 : 0;
    }

    private static Task<UpgradeStage> StageAsync(CancellationToken cancellationToken) => UpgradeStage.StartAsync(
        new StageOptions { Checkout = Checkout.Root, OperatorAssembly = Checkout.OperatorAssembly, Faults = true, DockerDataBytes = SmallDisk, MetaDbDataBytes = SmallDisk },
        cancellationToken: cancellationToken);

    private async Task LaneAsync(ChaosLedger ledger, CancellationToken cancellationToken)
    {
        await using var stage = await StageAsync(cancellationToken);
        await LaneAsync(new ChaosRunner(stage), ledger, cancellationToken);
    }

    private async Task LaneAsync(ChaosRunner runner, ChaosLedger ledger, CancellationToken cancellationToken)
    {
        while (_batches.TryDequeue(out var batch))
        {
            foreach (var run in batch)
            {
                if (_watch.Elapsed > budget || cancellationToken.IsCancellationRequested)
                {
                    return;
                }

                var results = await RunAsync(runner, run, cancellationToken);
                foreach (var (chaos, outcome) in results)
                {
                    Console.WriteLine($"{_watch.Elapsed:hh\\:mm\\:ss} {ledger.Add(chaos, outcome)}");
                    foreach (var said in outcome.Said.Where(said => said.Length > 0).Distinct())
                    {
                        Console.WriteLine($"         {said}");
                    }
                }

                if (results.Select(r => r.Outcome.Difference).FirstOrDefault(d => d is not null) is { } difference)
                {
                    Console.WriteLine(difference);
                }
            }
        }
    }

    private async Task<IReadOnlyList<(ChaosCase Case, ChaosOutcome Outcome)>> RunAsync(ChaosRunner runner, IReadOnlyList<ChaosCase> run, CancellationToken cancellationToken)
    {
        try
        {
            return run.Count > 1 ? await KillAsync(runner, run, cancellationToken) : [(run[0], await run[0].Let(runner, cancellationToken))];
        }
        catch (Exception exception) when (exception is LabException or TimeoutException or HttpRequestException)
        {
            return [.. run.Select(chaos => (chaos, new ChaosOutcome(true, "the run did not come to an end", exception.Message)))];
        }
    }

    private async Task<IReadOnlyList<(ChaosCase Case, ChaosOutcome Outcome)>> KillAsync(ChaosRunner runner, IReadOnlyList<ChaosCase> run, CancellationToken cancellationToken)
    {
        var outcome = await runner.KillAsync(run[0].Scenario, [.. run.Select(chaos => chaos.Kill!)], cancellationToken);
        var way = string.Create(CultureInfo.InvariantCulture, $"one of {outcome.Struck.Count} kills of one run");
        var struck = run.Where(chaos => outcome.Struck.Contains(chaos.Kill!)).ToList();
        foreach (var missed in run.Except(struck))
        {
            // Another kill changed the course so that this moment did not come: it gets a run of its own.
            _batches.Enqueue([[missed]]);
        }

        return [.. struck.Select(chaos => (chaos, new ChaosOutcome(true, way, outcome.Difference)))];
    }

    private static async Task<List<ChaosCase>> CasesAsync(ChaosRunner runner, CancellationToken cancellationToken)
    {
        var cases = new List<ChaosCase>();
        foreach (var scenario in ChaosScenario.All)
        {
            cases.AddRange(ChaosMatrix.Accidents(scenario));
            if (scenario.IsExhaustive && !scenario.Road.SnapshotsInS3)
            {
                cases.AddRange(ChaosMatrix.Kills(scenario, await runner.GoldenAsync(scenario.Road, scenario.Goal, cancellationToken)));
            }
        }

        return cases;
    }
}
