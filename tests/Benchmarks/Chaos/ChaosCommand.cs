using System.Collections.Concurrent;
using Drydock.Lab.Chaos;
using Drydock.Lab.Chaos.Databases;

namespace Drydock.Benchmarks;

/// <summary>
/// Runs every case of every accident, one after the other in each lane, within a budget. It continues where the ledger
/// in docs/project/reliability ends.
/// </summary>
/// <param name="budget">No new run begins after this time.</param>
/// <param name="lanes">Number of stages. Each has its own lab parts; a run waits more than it works.</param>
/// <param name="only">Parts of the names of the cases to run, separated by commas; null for all.</param>
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
        var databases = await DatabaseLane.CasesAsync(cancellationToken);
        var ledger = ChaosLedger.Read([.. cases, .. databases]);
        var runs = ChaosMatrix.Runs(cases, c => IsOpen(c, ledger)).ToList();
        var lane = new DatabaseLane(
            DatabaseChaosMatrix.Runs(databases, c => IsOpen(c, ledger)), ledger, () => _watch.Elapsed, budget);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"databases: {databases.Count} cases, {lane.Count} runs left"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{cases.Count} cases, {runs.Sum(run => run.Count)} to cover in {runs.Count} runs, {lanes} lanes, "
            + $"{budget.TotalMinutes:0} minutes"));

        // A stage needs a while to change to another road, so many runs of one road are taken in a row.
        foreach (var batch in runs.GroupBy(run => run[0].Scenario.Road.Id).SelectMany(road => road.Chunk(12))
            .OrderBy(b => runs.IndexOf(b[0])))
        {
            _batches.Enqueue(batch);
        }

        // The databases use the last lane until their runs are done. If there is only one lane, they come first.
        if (lanes == 1)
        {
            await lane.RunAsync(cancellationToken);
        }

        await Task.WhenAll(
        [
            LaneAsync(runner, ledger, cancellationToken),
            .. Enumerable.Range(1, lanes - 1).Select(async number =>
            {
                if (number == lanes - 1)
                {
                    await lane.RunAsync(cancellationToken);
                }

                await LaneAsync(ledger, cancellationToken);
            }),
        ]);
        return ledger.Bad > 0 ? 1 : 0;
    }

    private bool IsOpen(IChaosCase chaos, ChaosLedger ledger) =>
        !ledger.Holds(chaos)
            && (only is null || only.Split(',').Any(part => chaos.Id.Contains(part, StringComparison.Ordinal)));

    private static Task<UpgradeStage> StageAsync(CancellationToken cancellationToken) => UpgradeStage.StartAsync(
        new StageOptions
        {
            Checkout = Repository.Root,
            OperatorAssembly = Repository.OperatorAssembly,
            Faults = true,
            DockerDataBytes = SmallDisk,
            MetaDbDataBytes = SmallDisk
        },
        cancellationToken: cancellationToken);

    private async Task LaneAsync(ChaosLedger ledger, CancellationToken cancellationToken)
    {
        if (_batches.IsEmpty || _watch.Elapsed > budget)
        {
            return;
        }

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

                Report(run, await RunAsync(runner, run, cancellationToken), ledger);
            }
        }
    }

    private void Report(
        IReadOnlyList<ChaosCase> run, IReadOnlyDictionary<ChaosCase, ChaosOutcome> outcomes, ChaosLedger ledger)
    {
        var difference = outcomes.Values.Select(outcome => outcome.Difference).FirstOrDefault(d => d is not null);
        var together = run.Count > 1;
        if (together && difference is not null)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{_watch.Elapsed:hh\\:mm\\:ss} {run.Count} together in {run[0].Scenario}: "
                + $"{string.Join("; ", run.Select(chaos => $"{chaos.What} @ {chaos.When}"))}"));
        }

        // A case is run alone if its shared run ended badly, or if its moment never came in the shared run.
        foreach (var alone in run.Where(chaos => together && (difference is not null || !outcomes.ContainsKey(chaos))))
        {
            _batches.Enqueue([[alone]]);
        }

        foreach (var (chaos, outcome) in outcomes)
        {
            Console.WriteLine(together && difference is not null
                ? $"         {chaos}: {outcome.Way}"
                : $"{_watch.Elapsed:hh\\:mm\\:ss} {ledger.Add(chaos, outcome)}");
            foreach (var said in outcome.Said.Where(said => said.Length > 0).Distinct())
            {
                Console.WriteLine($"         {said}");
            }
        }

        if (difference is not null)
        {
            Console.WriteLine(difference);
        }
    }

    private static async Task<IReadOnlyDictionary<ChaosCase, ChaosOutcome>> RunAsync(
        ChaosRunner runner, IReadOnlyList<ChaosCase> run, CancellationToken cancellationToken)
    {
        try
        {
            return await runner.RunAsync(run, cancellationToken);
        }
        catch (Exception exception) when (exception is LabException or TimeoutException or HttpRequestException)
        {
            var failed = new ChaosOutcome(true, "the run did not finish", exception.Message);
            return run.ToDictionary(chaos => chaos, _ => failed);
        }
    }

    private static async Task<List<ChaosCase>> CasesAsync(ChaosRunner runner, CancellationToken cancellationToken)
    {
        var cases = new List<ChaosCase>();
        foreach (var scenario in ChaosScenario.All)
        {
            var golden = await runner.GoldenAsync(scenario.Road, scenario.Goal, cancellationToken);
            cases.AddRange(ChaosMatrix.Accidents(scenario).Select(chaos => chaos with { Plan = golden.Plan }));
            if (scenario.IsExhaustive && !scenario.Road.SnapshotsInS3)
            {
                cases.AddRange(ChaosMatrix.Kills(scenario, golden));
            }
        }

        return cases;
    }
}
