namespace Drydock.Lab.Upgrades;

/// <summary>
/// Kills the operator (SIGKILL) right before or right after some of its writes or acts and starts another each time.
/// Compares the end state and the counts of run-once actions with the undisturbed run.
/// </summary>
/// <param name="stage">A stage with fault proxies whose road is set.</param>
/// <param name="goal">Whether the operator is killed in the upgrade or in the rollback after it.</param>
public sealed class KillCampaign(UpgradeStage stage, UpgradeGoal goal = UpgradeGoal.Upgrade)
{
    private static readonly LabOperatorOptions Alone = new() { LeaderElection = false };

    private readonly UpgradeCourse _course = new(stage, goal);
    private readonly FaultLedger _ledger = stage.Faults?.Ledger
        ?? throw new ArgumentException("the stage has no fault proxies", nameof(stage));

    /// <summary>Runs without a kill.</summary>
    public Task<GoldenRun> GoldenAsync(CancellationToken cancellationToken = default) =>
        _course.GoldenAsync(Alone, cancellationToken);

    /// <summary>Kills at each of the points of one run. The last successor finishes the run.</summary>
    public Task<KillOutcome> KillAsync(
        IReadOnlyCollection<KillPoint> points, GoldenRun golden, CancellationToken cancellationToken = default)
    {
        var wanted = points.ToHashSet();
        return KillAsync((point, _) => wanted.Contains(KillPoint.Of(point, _ledger.Acts)), golden, cancellationToken);
    }

    /// <summary>
    /// Kills repeatedly, each time this many acts after the kill before, whatever these acts are. The last successor
    /// finishes the run.
    /// </summary>
    /// <param name="distances">For each kill, the number of acts and the side of the act.</param>
    public Task<KillOutcome> KillAsync(
        IReadOnlyList<KillDistance> distances, GoldenRun golden, CancellationToken cancellationToken = default)
    {
        var from = 0;
        var kills = 0;

        // Acts of a dying operator still pass. Those of its successor are counted from the last of them.
        bool IsNext(FaultPoint point, int struck)
        {
            if (struck > kills)
            {
                (from, kills) = (point.Act.Number, struck);
            }

            return kills < distances.Count && point.Act.Number >= from + distances[kills].Acts
                && point.Side == distances[kills].Side;
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
        // One kill at a time: two concurrent acts of one process are two kills, of the operator and of its successor.
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
