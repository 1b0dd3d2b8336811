using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// A PD member is healthy by its own word (etcd's /health, which is not handed to the leader) and by the leader's, and
/// leadership has settled (docs/research/tidb.md#pd).
/// </summary>
internal sealed class VerifyPd(ITiDbTargets targets) : VerifyInstance(targets)
{
    /// <inheritdoc />
    protected override async Task<Observation?> InClusterAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        var pd = Targets.Pd();
        var own = Spec.Service(instance);
        if (!await pd.IsHealthyAsync(own, cancellationToken))
        {
            return new Observation.Running($"GET {own}/health does not say true yet");
        }

        if ((await pd.HealthAsync(cancellationToken)).FirstOrDefault(m => own.IsAmong(m.ClientUrls)) is not { IsHealthy: true })
        {
            return new Observation.Running("the PD leader does not take it for healthy yet");
        }

        var members = await pd.MembersAsync(cancellationToken);
        return members.At(own) is null
            ? new Observation.Running($"it is not among PD's members as {own}")
            : members.IsSettled ? null : new Observation.Running("PD's leadership is moving");
    }
}
