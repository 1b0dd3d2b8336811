namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>No DDL is queued or running: the vendor does not define what happens to it during the upgrade
/// (docs/project/research/tidb.md#procedure). Changes that the first new TiDB makes to the system tables do not count
/// (docs/project/research/tidb.md#tidb-server).</summary>
internal sealed record NoDdlAppears : TiDbGuard
{
    protected override async Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var jobs = (await Targets.UnfinishedDdlAsync(maxAge: null, cancellationToken))
            .Where(j => !j.IsOfSystem).ToList();
        return jobs.Count == 0
            ? GuardReading.Holds
            : GuardReading.Broken(
                $"DDL appeared during the upgrade: {string.Join("; ", jobs)}. {DdlJob.Advice(jobs)} The upgrade then "
                + "continues automatically.");
    }
}
