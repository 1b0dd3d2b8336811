namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>PD reports the cluster id the plan was made for: the upgrade's claim is named after it.</summary>
/// <param name="ClusterId">PD's cluster id.</param>
internal sealed record ClusterIsTheSame(ulong ClusterId) : TiDbGuard
{
    protected override async Task<GuardReading> ReadAsync(Plan plan, CancellationToken cancellationToken)
    {
        var now = (await Targets.Pd().MembersAsync(cancellationToken)).ClusterId;
        return now == ClusterId
            ? GuardReading.Holds
            : GuardReading.Broken(string.Create(
                CultureInfo.InvariantCulture,
                $"PD reports cluster id {now}, but the plan was made for {ClusterId}: the hosts of spec.instances "
                + $"now serve another cluster."));
    }
}
