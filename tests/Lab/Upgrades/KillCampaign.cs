namespace Drydock.Lab.Upgrades;

/// <summary>
/// Kills the operator (SIGKILL) right before or right after some of its writes or acts, starts another each time, and
/// compares end state and counts of run-once actions with the undisturbed run.
/// </summary>
/// <param name="stage">A stage with fault proxies, its road set.</param>
/// <param name="goal">Whether the upgrade is killed, or the way back after it.</param>
public sealed class KillCampaign(UpgradeStage stage, UpgradeGoal goal = UpgradeGoal.Upgrade)
{
    private static readonly LabOperatorOptions Alone = new() { LeaderElection = false };

    private readonly UpgradeCourse _course = new(stage, goal);
    private readonly FaultLedger _ledger = stage.Faults?.Ledger ?? throw new ArgumentException("the stage has no fault proxies", nameof(stage));

    /// <summary>Runs it undisturbed.</summary>
    public Task<GoldenRun> GoldenAsync(CancellationToken cancellationToken = default) => _course.GoldenAsync(Alone, cancellationToken);

    /// <summary>Kills at each of the points of one run and lets the last successor bring it to its end.</summary>
    /// <param name="points">Where.</param>
    /// <param name="golden">The undisturbed run.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<KillOutcome> KillAsync(
        IReadOnlyCollection<KillPoint> points, GoldenRun golden, CancellationToken cancellationToken = default)
    {
        var wanted = points.ToHashSet();
        return KillAsync((point, _) => wanted.Contains(KillPoint.Of(point, _ledger.Acts)), golden, cancellationToken);
    }

    /// <summary>
    /// Kills again and again, each time so many acts after the time before, whatever these acts are, and lets the last
    /// successor bring the run to its end.
    /// </summary>
    /// <param name="distances">How many acts later, and on which side of the act, for each kill.</param>
    /// <param name="golden">The undisturbed run.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<KillOutcome> KillAsync(
        IReadOnlyList<KillDistance> distances, GoldenRun golden, CancellationToken cancellationToken = default)
    {
        var from = 0;
        var kills = 0;

        // Acts of a dying operator still pass; those of its successor count from the last of them.
        bool IsNext(FaultPoint point, int struck)
        {
            if (struck > kills)
            {
                (from, kills) = (point.Act.Number, struck);
            }

            return kills < distances.Count && point.Act.Number >= from + distances[kills].Acts && point.Side == distances[kills].Side;
        }

        return KillAsync(IsNext, golden, cancellationToken);
    }

    private async Task<KillOutcome> KillAsync(
        Func<FaultPoint, int, bool> at, GoldenRun golden, CancellationToken cancellationToken)
    {
        await stage.ResetAsync(cancellationToken);
        await stage.StartOperator(Alone).WaitUntilReadyAsync(cancellationToken);
        try
        {
            var space = await _course.PrepareAsync(cancellationToken);
            var struck = new List<KillPoint>();
            Arm(at, struck);
            await _course.BeginAsync(space, cancellationToken);
            return new KillOutcome(struck, await EndAsync(space, golden, cancellationToken));
        }
        finally
        {
            _ledger.ClearRules();
            await stage.EndOperatorsAsync();
        }
    }

    private void Arm(Func<FaultPoint, int, bool> at, List<KillPoint> struck)
    {
        // One at a time: two acts of one life that are both under way are two kills, of the operator and of its
        // successor.
        var killing = new SemaphoreSlim(1);
        var kills = 0;
        _ledger.Reset();
        _ledger.When(
            point => at(point, Volatile.Read(ref kills)),
            FaultAction.Call(
                async point =>
                {
                    await killing.WaitAsync();
                    try
                    {
                        await Task.WhenAll(stage.Operators.Select(op => op.KillAsync()));
                        struck.Add(KillPoint.Of(point, _ledger.Acts));
                        stage.StartOperator(Alone);
                        Interlocked.Increment(ref kills);
                    }
                    finally
                    {
                        killing.Release();
                    }
                },
                FaultAction.Cut),
            times: int.MaxValue);
    }

    private async Task<string?> EndAsync(string space, GoldenRun golden, CancellationToken cancellationToken)
    {
        try
        {
            await _course.OverAsync(space, cancellationToken);
        }
        catch (LabException exception)
        {
            return $"{exception.Message}\n{string.Join('\n', stage.Operators.Select(op => op.Process.LogTail(15)))}";
        }

        return await _course.DifferenceAsync(space, golden);
    }
}
