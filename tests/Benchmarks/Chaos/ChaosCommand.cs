using System.Diagnostics;
using System.Globalization;
using Drydock.Lab;
using Drydock.Lab.Chaos;
using Drydock.Lab.Upgrades;

namespace Drydock.Benchmarks;

/// <summary>
/// Lets everything go wrong that can, one case after the other, within a budget; goes on where the last run stopped and keeps the ledger in
/// docs/reliability.md.
/// </summary>
internal sealed class ChaosCommand(TimeSpan budget, string? only)
{
    private const long SmallDisk = 3L << 30;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await using var stage = await UpgradeStage.StartAsync(
            new StageOptions { Checkout = Checkout.Root, OperatorAssembly = Checkout.OperatorAssembly, Faults = true, DockerDataBytes = SmallDisk, MetaDbDataBytes = SmallDisk },
            cancellationToken: cancellationToken);
        var runner = new ChaosRunner(stage);
        var cases = await CasesAsync(runner, cancellationToken);
        var ledger = ChaosLedger.Read(cases);
        var open = ChaosMatrix.Spread(cases).Where(c => !ledger.Holds(c) && (only is null || c.Id.Contains(only, StringComparison.Ordinal))).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cases.Count} cases, {open.Count} to cover, {budget.TotalMinutes:0} minutes"));

        // A change of the road costs a while, so that many cases of one are taken in a row.
        foreach (var batch in open.GroupBy(c => c.Scenario.Road.Id).SelectMany(road => road.Chunk(12)).OrderBy(b => open.IndexOf(b[0])))
        {
            foreach (var chaos in batch)
            {
                if (watch.Elapsed > budget || cancellationToken.IsCancellationRequested)
                {
                    await ledger.WriteAsync(cases, CancellationToken.None);
                    return ledger.Bad > 0 ? 1 : 0;
                }

                var outcome = await RunAsync(runner, chaos, cancellationToken);
                Console.WriteLine($"{watch.Elapsed:hh\\:mm\\:ss} {ledger.Add(chaos, outcome)}");
                if (!outcome.IsGood)
                {
                    Console.WriteLine(outcome.Difference);
                }

                await ledger.WriteAsync(cases, cancellationToken);
            }
        }

        return ledger.Bad > 0 ? 1 : 0;
    }

    private static async Task<ChaosOutcome> RunAsync(ChaosRunner runner, ChaosCase chaos, CancellationToken cancellationToken)
    {
        try
        {
            return await chaos.Let(runner, cancellationToken);
        }
        catch (Exception exception) when (exception is LabException or TimeoutException or HttpRequestException)
        {
            return new ChaosOutcome(true, "the run did not come to an end", exception.Message);
        }
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
