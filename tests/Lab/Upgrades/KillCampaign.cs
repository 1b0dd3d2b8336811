namespace Drydock.Lab.Upgrades;

/// <summary>
/// Kills the operator (SIGKILL) right before or right after one of its writes or acts, starts another, and compares end state and counts of run-once
/// actions with the undisturbed run.
/// </summary>
/// <param name="stage">A stage with fault proxies, its road set.</param>
/// <param name="goal">Whether the upgrade is killed, or the way back after it.</param>
public sealed class KillCampaign(UpgradeStage stage, UpgradeGoal goal = UpgradeGoal.Upgrade)
{
    private static readonly LabOperatorOptions Alone = new() { LeaderElection = false };

    private readonly UpgradeCourse _course = new(stage, goal);
    private readonly StageFaults _faults = stage.Faults ?? throw new ArgumentException("the stage has no fault proxies", nameof(stage));

    /// <summary>Runs it undisturbed.</summary>
    public Task<GoldenRun> GoldenAsync(CancellationToken cancellationToken = default) => _course.GoldenAsync(Alone, cancellationToken);

    /// <summary>Kills at one point and lets a successor bring the run to its end.</summary>
    public async Task<KillOutcome> KillAtAsync(int number, FaultSide side, GoldenRun golden, CancellationToken cancellationToken = default)
    {
        await stage.ResetAsync(cancellationToken);
        var first = stage.StartOperator(Alone);
        try
        {
            await first.WaitUntilReadyAsync(cancellationToken);
            var space = await _course.PrepareAsync(cancellationToken);
            _faults.Ledger.Reset();
            var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _faults.Ledger.At(number, side, FaultAction.Call(
                async _ =>
                {
                    await first.KillAsync();
                    killed.TrySetResult();
                },
                FaultAction.Cut));
            await _course.BeginAsync(space, cancellationToken);
            var ended = _course.OverAsync(space, cancellationToken);
            await Task.WhenAny(killed.Task, ended);
            if (!killed.Task.IsCompleted)
            {
                await ended;
                return new KillOutcome(number, side, null, await _course.DifferenceAsync(space, golden));
            }

            await using var second = stage.StartOperator(Alone);
            try
            {
                await ended;
            }
            catch (LabException exception)
            {
                return new KillOutcome(number, side, Struck(), $"{exception.Message}\n{second.Process.LogTail(15)}");
            }

            return new KillOutcome(number, side, Struck(), await _course.DifferenceAsync(space, golden));
        }
        finally
        {
            await first.DisposeAsync();
        }
    }

    private FaultPoint? Struck() => _faults.Ledger.Fired is { Count: > 0 } fired ? fired[0] : null;
}
