namespace Drydock.Lab.Accidents;

/// <summary>
/// Causes one accident at one moment of a run and acts as an administrator would: waits, repairs, retries, and finally
/// rolls back. A run is good if it ends at its goal with the golden end state, or rolled back with the golden end of a
/// rollback. If no repair was needed, the counts must be golden too.
/// </summary>
/// <param name="stage">A stage with fault proxies whose road is set.</param>
/// <param name="goal">The work that is under way when the accident strikes.</param>
public sealed class AccidentCampaign(UpgradeStage stage, UpgradeGoal goal = UpgradeGoal.Upgrade)
{
    private readonly UpgradeCourse _course = new(stage, goal);

    /// <summary>
    /// How long a run that is neither over nor stalled is left alone before the administrator's repair.
    /// </summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>How long the run may take from the repair to its end or to the next stop.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How many new retry tokens the administrator sets before a rollback.</summary>
    public int Retries { get; init; } = 2;

    public LabOperatorOptions Operator { get; init; } = new() { LeaderElection = false };

    /// <summary>Changes the manifest before it is applied.</summary>
    public Action<JsonObject>? Change { get; init; }

    /// <summary>Runs without an accident.</summary>
    public Task<GoldenRun> GoldenAsync(CancellationToken cancellationToken = default) =>
        Course().GoldenAsync(Operator, cancellationToken);

    /// <summary>
    /// Runs with one or more accidents, one after the other. The next one strikes when its moment comes and the one
    /// before is repaired.
    /// </summary>
    /// <param name="strikes">Accidents with their moments, in the order of the moments. More than one only if each of
    /// them can share a run (<see cref="AccidentStrike.CanShare"/>).</param>
    /// <param name="back">The undisturbed rollback, for runs that only a rollback can end; null makes those
    /// bad.</param>
    /// <param name="node">The affected host.</param>
    /// <returns>The outcomes in order. If there are several accidents, those whose moment never came are
    /// missing.</returns>
    public async Task<IReadOnlyList<AccidentOutcome>> RunAsync(
        IReadOnlyList<AccidentStrike> strikes,
        GoldenRun golden,
        GoldenRun? back = null,
        int node = 0,
        CancellationToken cancellationToken = default)
    {
        var course = Course();
        await stage.ResetAsync(cancellationToken);
        foreach (var strike in strikes)
        {
            await strike.Accident.PrepareAsync(stage, cancellationToken);
        }

        var told = Operator with
        {
            Arguments = [.. Operator.Arguments, .. strikes.SelectMany(strike => strike.Accident.Arguments)]
        };
        await stage.StartOperator(told).WaitUntilReadyAsync(cancellationToken);
        var space = await course.PrepareAsync(cancellationToken);
        var scene = new AccidentScene(stage, space, UpgradeCourse.Name, node);
        var run = new Run(scene, course, [.. strikes.Select(strike => new Struck(strike))]);
        var toll = strikes.Max(strike => strike.Accident.Toll);
        await using var absent = toll == AccidentToll.Nothing ? null : new AbsentUpgrade(stage, space);
        using var armed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            scene.Faults.Ledger.Reset();
            await ArmAsync(run, 0, armed.Token);
            await course.BeginAsync(space, cancellationToken);
            var (way, difference) = absent is null
                ? await EndAsync(run, golden, back, armed.Token)
                : await GoneAsync(run, absent, golden, cancellationToken);
            return run.Outcomes(way, difference);
        }
        finally
        {
            await armed.CancelAsync();
            stage.Faults?.Reset();
            foreach (var strike in strikes.Reverse())
            {
                await strike.Accident.MendAsync(scene, cancellationToken);
            }

            // Must be last: the repair of a dead operator starts another one.
            await stage.EndOperatorsAsync();
        }
    }

    private UpgradeCourse Course() => new(stage, goal) { Change = Change };

    // The accident before is repaired first: two accidents at a time are out of scope.
    private static async Task ArmAsync(Run run, int index, CancellationToken cancellationToken)
    {
        var struck = run.Struck[index];
        struck.Strike = await struck.Of.Moment.ArmAsync(
            run.Scene,
            async () =>
            {
                if (index > 0 && run.Struck[index - 1] is { Of.Accident.Fix: not null } before)
                {
                    await before.MendAsync(run.Scene, cancellationToken);
                }

                await struck.Of.Accident.StrikeAsync(run.Scene, cancellationToken);
            },
            cancellationToken);
    }

    private async Task<(string Way, string? Difference)> GoneAsync(
        Run run, AbsentUpgrade absent, GoldenRun golden, CancellationToken cancellationToken)
    {
        var struck = run.Struck[0].Strike;
        var over = run.Course.OverAsync(run.Scene.Space, cancellationToken);
        if (await Task.WhenAny(struck, over) != struck)
        {
            await over;
            return (_course.EndPhase, await run.Course.DifferenceAsync(run.Scene.Space, golden));
        }

        await struck;
        return await absent.EndAsync(run.Struck[0].Of.Accident.Toll, run.Course, golden, Patience, cancellationToken);
    }

    private async Task<(string Way, string? Difference)> EndAsync(
        Run run, GoldenRun golden, GoldenRun? back, CancellationToken cancellationToken)
    {
        await NextAsync(run, run.Struck[0].Strike, cancellationToken);
        for (var index = 0; index < run.Struck.Count; index++)
        {
            Task? next = null;
            if (index + 1 < run.Struck.Count)
            {
                await ArmAsync(run, index + 1, cancellationToken);
                next = run.Struck[index + 1].Strike;
            }

            var seen = await FollowAsync(run, run.Struck[index], next, cancellationToken);
            if (seen is not null && run.Course.IsOver(seen))
            {
                return (_course.EndPhase, await DifferenceAsync(run, golden));
            }

            if (IsHeldWithoutSnapshot(seen))
            {
                return ("held: no snapshot is known", null);
            }

            if (next is not { IsCompleted: true })
            {
                return await BackAsync(run, back, cancellationToken);
            }

            await next;
        }

        throw new InvalidOperationException("A run must end over or with a rollback.");
    }

    // A repair repeats some work, so the counts may then differ.
    private static Task<string?> DifferenceAsync(Run run, GoldenRun golden) => run.Course.DifferenceAsync(
        run.Scene.Space,
        golden,
        counts: !run.Struck.Any(struck => struck.Mended || struck.Stops.Count > 0),
        isNatural: what => run.Struck.Any(struck => struck.Of.Accident.IsNatural(what)));

    // Until the next accident has struck, the run is over, or no repair and no retry lets it continue.
    private async Task<JsonNode?> FollowAsync(Run run, Struck struck, Task? next, CancellationToken cancellationToken)
    {
        var seen = await StopAsync(run, next, struck.Of.Accident.Fix is null ? Patience : Wait, cancellationToken);
        if (IsDone(run, seen, next))
        {
            return seen;
        }

        struck.Note(seen);
        await struck.MendAsync(run.Scene, cancellationToken);
        for (var retry = 0; retry <= Retries; retry++)
        {
            await LeaveStallAsync(run, cancellationToken);
            seen = await StopAsync(run, next, Patience, cancellationToken);
            if (IsDone(run, seen, next))
            {
                return seen;
            }

            struck.Note(seen);
            if (retry < Retries)
            {
                await RetryAsync(run.Scene, seen.RetryWord(), cancellationToken);
            }
        }

        return seen;
    }

    private static bool IsDone(Run run, JsonNode? seen, Task? next) =>
        (seen is not null && run.Course.IsOver(seen)) || next is { IsCompleted: true };

    private async Task<(string Way, string? Difference)> BackAsync(
        Run run, GoldenRun? back, CancellationToken cancellationToken)
    {
        if (back is null || goal == UpgradeGoal.Rollback)
        {
            return ("stuck", $"stuck: {string.Join(", ", run.Struck.SelectMany(struck => struck.Stops))}");
        }

        // A rollback on what the hosts show, of which the status did not know, waits for an approval.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var way = new UpgradeCourse(stage, UpgradeGoal.Rollback);
        await way.RollBackAsync(run.Scene.Space);
        _ = way.ApproveAsync(run.Scene.Space, limit.Token);
        try
        {
            await way.OverAsync(run.Scene.Space, cancellationToken, Patience);
        }
        catch (LabException exception)
        {
            return ("stuck in the rollback", exception.Message);
        }
        finally
        {
            await limit.CancelAsync();
        }

        return (way.EndPhase, await way.DifferenceAsync(run.Scene.Space, back, counts: false, what => run.Struck.Any(
            struck => struck.Of.Accident.IsNatural(what))));
    }

    // etcd is older than the BackupSnapshot: the files are still there, and an administrator decides.
    private static bool IsHeldWithoutSnapshot(JsonNode? seen) =>
        seen is not null
        && seen.Reason("Stalled") == "StatusOutdated"
        && seen["status"]!["message"]!.GetValue<string>().Contains("spec.files", StringComparison.Ordinal);

    // A stop before the first strike does not belong to the accident.
    private static async Task NextAsync(Run run, Task struck, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (await Task.WhenAny(struck, run.Course.OverAsync(run.Scene.Space, limit.Token)) == struck)
        {
            await struck;
        }

        await limit.CancelAsync();
    }

    // Until the run is over or stalled, or the next accident has struck; null if the run neither ends nor stalls.
    private async Task<JsonNode?> StopAsync(Run run, Task? next, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stopped = stage.SeenWithinAsync(
            run.Scene.Space, x => run.Course.IsOver(x) || x.IsStalled(), patience, UpgradeCourse.Name, limit.Token);
        try
        {
            return next is not null && await Task.WhenAny(stopped, next) == next ? null : await stopped;
        }
        finally
        {
            await limit.CancelAsync();
        }
    }

    // The operator notices a repair or a token after a moment. If the run stalls again, the next one is needed.
    private Task<JsonNode?> LeaveStallAsync(Run run, CancellationToken cancellationToken) =>
        stage.SeenWithinAsync(run.Scene.Space, x => !x.IsStalled(), Wait, UpgradeCourse.Name, cancellationToken);

    private static Task<string> RetryAsync(AccidentScene scene, string token, CancellationToken cancellationToken) =>
        scene.Stage.ControlPlane.KubectlAsync(
            [
                "-n", scene.Space, "annotate", "--overwrite", "omsupgrades.drydock.dev", scene.Upgrade,
                $"drydock.dev/retry={token}"
            ],
            cancellationToken: cancellationToken);

    private sealed class Run(AccidentScene scene, UpgradeCourse course, IReadOnlyList<Struck> struck)
    {
        public AccidentScene Scene => scene;

        public UpgradeCourse Course => course;

        public IReadOnlyList<Struck> Struck => struck;

        public IReadOnlyList<AccidentOutcome> Outcomes(string way, string? difference)
        {
            IReadOnlyList<Struck> came =
                struck.Count == 1 ? struck : [.. struck.Where(s => s.Strike.IsCompletedSuccessfully)];
            return [.. came.Select(
                (s, index) => s.Outcome(index == came.Count - 1 ? way : "went on", difference, came.Count))];
        }
    }

    private sealed class Struck(AccidentStrike of)
    {
        public AccidentStrike Of => of;

        public Task Strike { get; set; } = new TaskCompletionSource().Task;

        public bool Mended { get; private set; }

        public List<string> Stops { get; } = [];

        private readonly List<string> _said = [];
        private readonly Lock _gate = new();
        private Task? _mending;

        // Called when the run stops and before the next accident strikes; the repair is made once.
        public Task MendAsync(AccidentScene scene, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                Mended = true;
                return _mending ??= of.Accident.MendAsync(scene, cancellationToken);
            }
        }

        public void Note(JsonNode? seen)
        {
            Stops.Add(
                seen is null ? "still trying" : $"{seen.Phase()}/{(seen.IsStalled() ? seen.Reason("Stalled") : "")}");
            _said.Add(seen?["status"]?["message"]?.GetValue<string>() ?? "");
        }

        public AccidentOutcome Outcome(string way, string? difference, int together) =>
            new(of.Accident.Id, of.Moment.Id, Strike.IsCompletedSuccessfully, Stops, Mended, way, difference)
            {
                Said = _said,
                Together = together
            };
    }
}
