using Drydock.Lab.Chaos;
using Drydock.Lab.Chaos.Databases;
using Drydock.Lab.Databases.Scenarios;

namespace Drydock.Benchmarks;

/// <summary>The runs of the database upgrades, one after the other on their own stage.</summary>
/// <param name="ledger">The ledger that takes the outcomes.</param>
/// <param name="elapsed">The time since the command began.</param>
/// <param name="budget">No new run begins after this time.</param>
internal sealed class DatabaseLane(
    IReadOnlyList<IReadOnlyList<DatabaseChaosCase>> runs, ChaosLedger ledger, Func<TimeSpan> elapsed, TimeSpan budget)
{
    private readonly Queue<IReadOnlyList<DatabaseChaosCase>> _runs = new(runs);

    /// <summary>How many runs are left.</summary>
    public int Count => _runs.Count;

    /// <summary>Every case of every scenario. Runs each scenario undisturbed once, to find its kill points.</summary>
    public static async Task<IReadOnlyList<DatabaseChaosCase>> CasesAsync(CancellationToken cancellationToken)
    {
        await using var stage = await StageAsync(cancellationToken);
        var runner = new DatabaseChaosRunner(stage);
        var cases = new List<DatabaseChaosCase>();
        foreach (var scenario in DatabaseChaosScenario.All)
        {
            cases.AddRange((await runner.CasesAsync(scenario, cancellationToken)).Cases);
        }

        return cases;
    }

    /// <summary>Runs until no run is left or the budget is used up.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!HasMore(cancellationToken))
        {
            return;
        }

        await using var stage = await StageAsync(cancellationToken);
        var runner = new DatabaseChaosRunner(stage);
        while (HasMore(cancellationToken))
        {
            var run = _runs.Dequeue();
            Report(run, await RunAsync(runner, run, cancellationToken));
        }
    }

    private static Task<DatabaseStage> StageAsync(CancellationToken cancellationToken) => DatabaseStage.StartAsync(
        new DatabaseStageOptions
        {
            Checkout = Repository.Root,
            OperatorAssembly = Repository.OperatorAssembly,
            Faults = true
        },
        cancellationToken: cancellationToken);

    private bool HasMore(CancellationToken cancellationToken) =>
        _runs.Count > 0 && elapsed() < budget && !cancellationToken.IsCancellationRequested;

    private void Report(
        IReadOnlyList<DatabaseChaosCase> run, IReadOnlyDictionary<DatabaseChaosCase, ChaosOutcome> outcomes)
    {
        var difference = outcomes.Values.Select(outcome => outcome.Difference).FirstOrDefault(d => d is not null);
        var together = run.Count > 1;

        // A case is run alone if its shared run ended badly, or if its moment never came in the shared run.
        foreach (var alone in run.Where(chaos => together && (difference is not null || !outcomes.ContainsKey(chaos))))
        {
            _runs.Enqueue([alone]);
        }

        foreach (var (chaos, outcome) in outcomes)
        {
            Console.WriteLine(together && difference is not null
                ? $"         {chaos}: {outcome.Way}"
                : string.Create(
                    CultureInfo.InvariantCulture, $"{elapsed():hh\\:mm\\:ss} {ledger.Add(chaos, outcome)}"));
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

    private static async Task<IReadOnlyDictionary<DatabaseChaosCase, ChaosOutcome>> RunAsync(
        DatabaseChaosRunner runner, IReadOnlyList<DatabaseChaosCase> run, CancellationToken cancellationToken)
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
}
