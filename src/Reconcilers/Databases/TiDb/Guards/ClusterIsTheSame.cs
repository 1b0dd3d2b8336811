namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>PD reports the cluster id the plan was made for: the upgrade's claim is named after it.</summary>
internal sealed record ClusterIsTheSame(ulong ClusterId) : TiDbGuard
{
    protected override async Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var now = (await Targets.Pd.MembersAsync(cancellationToken)).ClusterId;
        return now == ClusterId
            ? GuardReading.Holds
            : GuardReading.Broken($"PD reports cluster id {now}, but the plan was made for {ClusterId}: the hosts of "
                + "spec.instances now serve another cluster.");
    }
}
