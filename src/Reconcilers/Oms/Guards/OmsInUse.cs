namespace Drydock.Reconcilers.Oms;

/// <summary>For the restore of a rollback or of a recompiled upgrade, which ends sessions and drops databases: whether
/// a container of OMS runs, asked of the hosts and not of a status.</summary>
internal static class OmsInUse
{
    /// <summary>Why the databases may be in use: a container that the plan must keep stopped runs, or a host cannot be
    /// asked. Null if all of them are stopped.</summary>
    public static async Task<string?> CheckAsync(
        OmsServices services, OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        if (upgrade.Status is not { Plans.Count: > 0 } status)
        {
            return null;
        }

        if (StatusForm.UnreadablePart(status) is { } unreadable)
        {
            return unreadable.Message;
        }

        var plan = (status.RollbackPlan ?? status.Plan)!;

        var secrets = await SecretUses.ReadAsync(
            services.Kubernetes, SecretReferences.In(upgrade.Spec), upgrade.Metadata.Namespace, cancellationToken);
        await using var targets = new OmsTargets(upgrade, secrets, services, static () => { });
        var catalog = new StepCatalog<OmsTargets>(targets);
        foreach (var guard in plan.Guards.Where(g => g.Planned.Check == nameof(ContainerStaysStopped)))
        {
            try
            {
                var reading = await catalog.Guard(guard.Planned).CheckAsync(guard, plan, cancellationToken);
                if (reading.State != GuardState.Holds && !GuardRecords.IsAccepted(guard.Record, reading))
                {
                    return reading.Message;
                }
            }
            catch (Exception error) when (error is DockerException or KeyNotFoundException)
            {
                return targets.Redactor.Redact($"{guard.Node}: {error.Message}");
            }
        }

        return null;
    }
}
