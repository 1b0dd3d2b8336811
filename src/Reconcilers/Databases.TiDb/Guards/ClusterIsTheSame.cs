namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>PD reports the cluster id the plan was made for: the upgrade's claim is named after it.</summary>
internal sealed class ClusterIsTheSame(ITiDbTargets targets) : TiDbGuard<ClusterIsTheSame.Args>(targets)
{
    /// <param name="ClusterId">PD's cluster id.</param>
    public sealed record Args(ulong ClusterId);

    protected override async Task<GuardReading> ReadAsync(Args args, Plan plan, CancellationToken cancellationToken)
    {
        var now = (await Targets.Pd().MembersAsync(cancellationToken)).ClusterId;
        return now == args.ClusterId
            ? GuardReading.Holds
            : GuardReading.Broken(string.Create(
                CultureInfo.InvariantCulture,
                $"PD reports cluster id {now}, but the plan was made for {args.ClusterId}: the hosts of spec.instances "
                + $"now serve another cluster."));
    }
}
