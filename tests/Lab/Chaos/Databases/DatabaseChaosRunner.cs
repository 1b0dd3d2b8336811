using Drydock.Lab.Accidents;

namespace Drydock.Lab.Chaos.Databases;

/// <summary>
/// Runs cases, each run on a fresh cluster, and acts as an administrator would: waits, repairs, retries. A run is good
/// if it ends with Succeeded and the end state of the undisturbed run, and the stand-ins noticed nothing. If no repair
/// was needed, the counts must be those of the undisturbed run too.
/// </summary>
/// <param name="stage">A stage with a fault proxy.</param>
public sealed class DatabaseChaosRunner(DatabaseStage stage)
{
    private const string Goal = "Succeeded";
    private const int Retries = 3;
    private const int Looks = 60;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Dictionary<string, DatabaseGolden> _golden = new(StringComparer.Ordinal);
    private int _clusters;

    /// <summary>
    /// How long a run that is neither over nor stalled is left alone before the administrator's repair.
    /// </summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Whether the end is compared with that of an undisturbed run. False saves that run: then every process must have
    /// the new version, and the stand-ins must have noticed nothing.
    /// </summary>
    public bool ComparesWithGolden { get; init; } = true;

    /// <summary>The undisturbed run of a scenario and its cases; the first call runs it.</summary>
    public async Task<(DatabaseGolden Golden, IReadOnlyList<DatabaseChaosCase> Cases)> CasesAsync(
        DatabaseChaosScenario scenario, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        await stage.ResetAsync(cancellationToken);
        await using var cluster = await scenario.StartAsync(stage.Run, ++_clusters, cancellationToken);
        var space = await BeginAsync(cluster, new LabOperatorOptions { LeaderElection = false }, cancellationToken);
        var over = await stage.WaitForAsync(space, cluster, x => x.IsOver(Goal), Patience, cancellationToken);
        await stage.Operator.EndOperatorsAsync();
        var golden = _golden[scenario.Id] = new DatabaseGolden(
            [.. over.Steps().Select(step => Named(cluster, step["id"]!.GetValue<string>()))], cluster.EndState(),
            cluster.Counts())
        {
            Plan = PlanShape.Of(over.Plan()!, id => Named(cluster, id)),
        };
        var cases = DatabaseChaosMatrix.Kills(scenario, golden)
            .Concat(DatabaseChaosMatrix.Accidents(scenario, cluster));
        return (golden, [.. cases.Select(chaos => chaos with { Plan = golden.Plan })]);
    }

    /// <summary>
    /// Runs the cases of one run and reads the outcome of each. In a shared run, a case whose moment never came is
    /// missing.
    /// </summary>
    public async Task<IReadOnlyDictionary<DatabaseChaosCase, ChaosOutcome>> RunAsync(
        IReadOnlyList<DatabaseChaosCase> run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var golden = !ComparesWithGolden
            ? null
            : _golden.TryGetValue(run[0].Scenario.Id, out var known)
                ? known
                : (await CasesAsync(run[0].Scenario, cancellationToken)).Golden;
        await stage.ResetAsync(cancellationToken);
        await using var cluster = await run[0].Scenario.StartAsync(stage.Run, ++_clusters, cancellationToken);
        var space = await BeginAsync(
            cluster, new LabOperatorOptions { LeaderElection = run[0].Accident?.Kind == AccidentKind.Operator },
            cancellationToken);
        var happening = new DatabaseHappening(new DatabaseScene(stage, cluster, space));
        try
        {
            foreach (var chaos in run)
            {
                if (await MomentAsync(cluster, space, chaos, happening, cancellationToken) is not { } process)
                {
                    break;
                }

                await happening.StrikeAsync(chaos, process, cancellationToken);
            }

            var difference = await EndAsync(cluster, space, happening, golden, cancellationToken);
            return happening.Outcomes(run, difference);
        }
        finally
        {
            await happening.MendAsync(CancellationToken.None);
            await stage.ResetAsync(CancellationToken.None);
        }
    }

    private async Task<string> BeginAsync(
        IDatabaseScenario cluster, LabOperatorOptions options, CancellationToken cancellationToken)
    {
        await stage.StartOperator(options).WaitUntilReadyAsync(cancellationToken);
        var space = await stage.NewNamespaceAsync(cluster);
        await stage.ApplyAsync(cluster.Manifest(space));
        return space;
    }

    // The process of the step at the moment of the strike; null if the run is over before.
    private async Task<string?> MomentAsync(
        IDatabaseScenario cluster,
        string space,
        DatabaseChaosCase chaos,
        DatabaseHappening happening,
        CancellationToken cancellationToken)
    {
        bool HasCome(JsonNode upgrade) => Find(cluster, upgrade, chaos) is not null;
        var seen = await GoOnAsync(
            cluster, space, upgrade => HasCome(upgrade) || upgrade.IsOver(Goal), happening, cancellationToken);
        return seen is not null && Find(cluster, seen, chaos) is { } step
            ? cluster.Processes.FirstOrDefault(
                process => step.ToJsonString().Contains($"\"{process}\"", StringComparison.Ordinal)
                    || step["id"]!.GetValue<string>().Contains($"/{process}-", StringComparison.Ordinal))
                ?? cluster.Processes[0]
            : null;
    }

    private async Task<string?> EndAsync(
        IDatabaseScenario cluster,
        string space,
        DatabaseHappening happening,
        DatabaseGolden? golden,
        CancellationToken cancellationToken)
    {
        if (await GoOnAsync(cluster, space, upgrade => upgrade.IsOver(Goal), happening, cancellationToken) is null)
        {
            return string.Join(
                '\n', [$"stuck: {happening.Stops}", .. stage.Operator.Operators.Select(op => op.Process.LogTail(15))]);
        }

        await happening.MendAsync(cancellationToken);
        return await DifferenceAsync(cluster, happening, golden, cancellationToken);
    }

    // Until the upgrade is as wanted: repairs the accident and sets a new token if the run is stalled. Null if none of
    // that helps.
    private async Task<JsonNode?> GoOnAsync(
        IDatabaseScenario cluster,
        string space,
        Func<JsonNode, bool> wanted,
        DatabaseHappening happening,
        CancellationToken cancellationToken)
    {
        for (var turn = 0; turn <= Retries; turn++)
        {
            var patience = turn == 0 && happening.NeedsAPerson ? Wait : Patience;
            var seen = await StopAsync(cluster, space, x => wanted(x) || x.IsStalled(), patience, cancellationToken);
            if (seen is not null && wanted(seen))
            {
                return seen;
            }

            happening.Note(seen);
            await happening.MendAsync(cancellationToken);
            if (seen?.IsStalled() == true && await StopAsync(
                cluster, space, x => !x.IsStalled(), Wait, cancellationToken) is null && turn < Retries)
            {
                await stage.AnnotateAsync(space, cluster.Name, $"drydock.dev/retry={seen.RetryWord()}");
                await StopAsync(cluster, space, x => !x.IsStalled(), Wait, cancellationToken);
            }
        }

        return null;
    }

    // Null if the run is neither over nor stalled: it still tries.
    private Task<JsonNode?> StopAsync(
        IDatabaseScenario cluster, string space, Func<JsonNode, bool> wanted, TimeSpan patience,
        CancellationToken cancellationToken) =>
        stage.SeenWithinAsync(space, cluster, wanted, patience, cancellationToken);

    private static async Task<string?> DifferenceAsync(
        IDatabaseScenario cluster,
        DatabaseHappening happening,
        DatabaseGolden? golden,
        CancellationToken cancellationToken)
    {
        // Leaders and pumps return automatically after the upgrade is over.
        for (var look = 0; golden is not null && look < Looks && cluster.EndState() != golden.EndState; look++)
        {
            await Task.Delay(BetweenLooks, cancellationToken);
        }

        var state = cluster.EndState();
        if (golden is not null && state != golden.EndState)
        {
            var (wanted, found) = (golden.EndState.Split('\n'), state.Split('\n'));
            return string.Join('\n', [
                "the end state differs:", .. wanted.Except(found).Select(line => $"- golden   {line}"),
                .. found.Except(wanted).Select(line => $"+ this run {line}")]);
        }

        var violations = (await cluster.ViolationsAsync(cancellationToken))
            .Where(violation => !happening.Permits(violation)).ToList();
        if (violations.Count > 0)
        {
            return "the cluster noticed: " + string.Join("; ", violations);
        }

        if (state.Split('\n')
            .Where(line => cluster.Processes.Any(process => line.StartsWith(process + " ", StringComparison.Ordinal)
                && !line.Contains(cluster.ToVersion, StringComparison.Ordinal))).ToList() is [_, ..] old)
        {
            return "not of the new version: " + string.Join("; ", old);
        }

        var counts = cluster.Counts();
        var different = golden is null || happening.Restarts
            ? []
            : golden.Counts.Where(count => counts[count.Key] != count.Value)
                .Select(count => $"{count.Key}: {counts[count.Key]} instead of {count.Value}").ToList();
        return different.Count == 0 ? null : string.Join("; ", different);
    }

    private static JsonNode? Find(IDatabaseScenario cluster, JsonNode upgrade, DatabaseChaosCase chaos) =>
        upgrade.Steps().FirstOrDefault(step =>
        {
            var id = Named(cluster, step["id"]!.GetValue<string>());
            var state = step["state"]?.GetValue<string>() ?? "Pending";
            return chaos.IsKill
                ? id == chaos.Step && (chaos.OnceDone ? state == "Succeeded" : state != "Pending")
                : id.StartsWith(chaos.Step + "/", StringComparison.Ordinal) && state != "Pending";
        });

    // The ids of steps of hosts contain addresses, which differ in each run.
    private static string Named(IDatabaseScenario cluster, string id)
    {
        for (var host = 0; host < cluster.Hosts.Count; host++)
        {
            id = id.EndsWith("/" + cluster.Hosts[host].Address, StringComparison.Ordinal)
                ? string.Create(CultureInfo.InvariantCulture, $"{id[..id.LastIndexOf('/')]}/host-{host + 1}")
                : id;
        }

        return id;
    }
}
