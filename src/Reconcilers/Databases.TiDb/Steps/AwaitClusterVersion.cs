namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Waits until PD has raised the version of the cluster, which shows that all TiKVs are upgraded
/// (docs/research/tidb.md#pd).</summary>
internal sealed class AwaitClusterVersion(ITiDbTargets targets)
    : TiDbStep<AwaitClusterVersion.Args>(targets), IWaitsOnly
{
    public sealed record Args;

    protected override Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var version = await Targets.Pd().ClusterVersionAsync(cancellationToken);
        return TiDbVersion.Same(version, Spec.ToVersion)
            ? new Observation.Done($"cluster-version is {version}.")
            : new Observation.Running(
                $"cluster-version is still {version}, because a store of an older version is registered.");
    });
}
