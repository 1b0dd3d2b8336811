using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// No DDL is queued or under way: the vendor does not define what happens to it during the upgrade
/// (docs/research/tidb.md#procedure). What the first new TiDB does to the system tables itself is none
/// (docs/research/tidb.md#tidb-server).
/// </summary>
internal sealed class NoDdlAppears(ITiDbTargets targets) : TiDbGuard(targets)
{
    /// <inheritdoc />
    protected override async Task<GuardReading> ReadAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var jobs = (await Targets.Sql.UnfinishedDdlAsync(cancellationToken)).Where(j => !j.IsOfSystem).ToList();
        return jobs.Count == 0
            ? GuardReading.Holds
            : GuardReading.Broken($"DDL appeared during the upgrade: {string.Join("; ", jobs)}. Let it end or cancel it (ADMIN CANCEL DDL JOBS {string.Join(", ", jobs.Select(j => j.Id))}); the upgrade goes on by itself then");
    }
}
