using Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb.Api;

namespace Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb;

/// <summary>
/// Watches for DDL while an upgrade runs, so that it is reported at once and not only before the next act: TiDB sends no event for it. What it sees only
/// wakes the run, whose guard then reads for itself.
/// </summary>
/// <param name="targets">The cluster.</param>
public sealed class TiDbDdlWatch(ITiDbTargets targets)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="changed">Called when DDL appears or ends: <c>PlanRun.WorldChanged</c>, and a wake of the object.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Action changed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changed);
        var known = "";
        while (true)
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
