using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Watches for DDL while an upgrade runs, so that it is reported at once and not only before the next act: TiDB sends
/// no event for it. What it sees only wakes the run, whose guard then reads for itself.
/// </summary>
/// <param name="targets">The cluster.</param>
/// <param name="changed">Called when DDL appears or ends.</param>
internal sealed class TiDbDdlWatch(ITiDbTargets targets, Action changed) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ended = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>Watches from now on until the guard against DDL is in force no more. Called again and again.</summary>
    public void Follow()
    {
        if (!_watching.IsCompleted)
        {
            return;
        }

        // It has ended, so this does not wait: it throws what ended it, for the caller to report. The next call watches
        // again.
        var former = _watching;
        _watching = Task.CompletedTask;
        former.GetAwaiter().GetResult();
        if (IsWanted(targets.Upgrade.Status))
        {
            _watching = RunAsync(_ended.Token);
        }
    }

    /// <summary>Whether DDL would be against the plan now: it runs, and the guard is in force.</summary>
    public static bool IsWanted(DatabaseRollingUpgradeStatus? status) =>
        status is { Plan: { } plan, RollbackPlan: null }
        && status.Phase != DatabaseRollingUpgradePhases.Failed
        && !DatabaseRollingUpgradePhases.IsEnded(status.Phase)
        && GuardScope.InForce(plan).Any(g => g.Check == TiDbGuards.NoDdlAppears);

    /// <inheritdoc />
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
                var now = string.Join(',', (await targets.Sql.UnfinishedDdlAsync(cancellationToken)).Where(j => !j.IsOfSystem).Select(j => j.Id));
                if (now != known)
                {
                    known = now;
                    changed();
                }
            }
            catch (DatabaseSqlException)
            {
                // The guard itself says what cannot be read, before the next act.
            }

            await Task.Delay(Pause, targets.Time, cancellationToken);
        }
    }
}
