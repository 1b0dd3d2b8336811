namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A PD member is verified when it reports itself healthy (etcd's /health, which is not forwarded to the
/// leader), the leader reports so too, and leadership has settled (docs/research/tidb.md#pd).</summary>
internal sealed record VerifyPd : VerifyInstance
{
    protected override async Task<Observation?> InClusterAsync(
        StepContext context,
        DatabaseInstance instance,
        InstanceProcess process,
        CancellationToken cancellationToken)
    {
        var pd = Targets.Pd();
        var own = Spec.Service(instance);
        if (!await pd.IsHealthyAsync(own, cancellationToken))
        {
            return new Observation.Running($"GET {own}/health does not answer that the member is healthy yet.");
        }

        var health = (await pd.HealthAsync(cancellationToken)).FirstOrDefault(m => own.IsAmong(m.ClientUrls));
        if (health is not { IsHealthy: true })
        {
            return new Observation.Running($"The PD leader does not consider {own} healthy yet.");
        }

        var members = await pd.MembersAsync(cancellationToken);
        if (members.At(own) is null)
        {
            return new Observation.Running($"PD does not list {own} as a member yet.");
        }

        return members.IsSettled ? null : new Observation.Running("PD leadership is moving.");
    }
}
