namespace Drydock.Lab.Upgrades;

/// <summary>
/// Kills the operator (SIGKILL) right before or right after some of its writes or acts, starts another each time, and compares end state and counts of
/// run-once actions with the undisturbed run.
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
    public async Task<KillOutcome> KillAsync(IReadOnlyCollection<KillPoint> points, GoldenRun golden, CancellationToken cancellationToken = default)
    {
        await stage.ResetAsync(cancellationToken);
        await stage.StartOperator(Alone).WaitUntilReadyAsync(cancellationToken);
        try
        {
            var space = await _course.PrepareAsync(cancellationToken);
            var struck = new List<KillPoint>();
            Arm([.. points], struck);
            await _course.BeginAsync(space, cancellationToken);
            return new KillOutcome(struck, await EndAsync(space, golden, cancellationToken));
        }
        finally
        {
            _ledger.ClearRules();
            await stage.EndOperatorsAsync();
        }
    }

    private void Arm(HashSet<KillPoint> wanted, List<KillPoint> struck)
    {
        // One at a time: two acts of one life that are both under way are two kills, of the operator and of its successor.
        var killing = new SemaphoreSlim(1);
        _ledger.Reset();
        _ledger.When(
            point => wanted.Contains(KillPoint.Of(point, _ledger.Acts)),
            FaultAction.Call(
                async point =>
                {
                    await killing.WaitAsync();
                    try
                    {
                        await Task.WhenAll(stage.Operators.Select(op => op.KillAsync()));
                        struck.Add(KillPoint.Of(point, _ledger.Acts));
                        stage.StartOperator(Alone);
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
