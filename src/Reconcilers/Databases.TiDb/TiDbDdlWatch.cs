namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Polls for DDL while an upgrade runs, because TiDB sends no event for it: DDL is reported at once and not
/// only before the next action. A change only wakes the run, whose guard then reads the jobs itself.</summary>
/// <param name="targets">The cluster.</param>
/// <param name="changed">Called when DDL appears or ends.</param>
internal sealed class TiDbDdlWatch(ITiDbTargets targets, Action changed) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ended = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>Starts polling until the guard against DDL is no longer in force. May be called repeatedly.</summary>
    public void Follow()
    {
        if (!_watching.IsCompleted)
        {
            return;
        }

        // The task has ended, so this does not block: it rethrows the failure for the caller to report. The next call
        // starts again.
        var former = _watching;
        _watching = Task.CompletedTask;
        former.GetAwaiter().GetResult();
        if (IsWanted(targets.Upgrade.Status))
        {
            _watching = RunAsync(_ended.Token);
        }
    }

    public static bool IsWanted(DatabaseRollingUpgradeStatus? status) =>
        status is { Plan: { } plan, RollbackPlan: null }
        && status.Phase != DatabaseRollingUpgradePhases.Failed
        && !DatabaseRollingUpgradePhases.IsEnded(status.Phase)
        && GuardScope.InForce(plan).Any(g => g.Check == nameof(NoDdlAppears));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var known = "";
        while (IsWanted(targets.Upgrade.Status))
        {
            try
            {
                var jobs = await targets.Sql.UnfinishedDdlAsync(cancellationToken);
                var now = string.Join(',', jobs.Where(j => !j.IsOfSystem).Select(j => j.Id));
                if (now != known)
                {
                    known = now;
                    changed();
                }
            }
            catch (DatabaseSqlException)
            {
                // The guard reports what cannot be read, before the next action.
            }

            await Task.Delay(Pause, targets.Time, cancellationToken);
        }
    }
}
