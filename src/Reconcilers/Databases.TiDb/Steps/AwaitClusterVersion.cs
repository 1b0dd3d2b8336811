using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Waits until PD has raised the cluster's version: the natural sign that all TiKVs are upgraded
/// (docs/research/tidb.md#pd).
/// </summary>
internal sealed class AwaitClusterVersion(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var version = await Targets.Pd().ClusterVersionAsync(cancellationToken);
        return TiDbVersion.Same(version, Spec.ToVersion)
            ? new Observation.Done($"cluster-version is {version}")
            : new Observation.Running($"cluster-version is still {version}: a store of an older version is registered");
    });
}
