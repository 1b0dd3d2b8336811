namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Moves PD leadership away from a member that is about to be stopped.</summary>
internal static class PdLeadership
{
    /// <summary>With fewer members there is no leader while one is down, so a transfer is useless.</summary>
    public const int FewestToMove = 3;

    public static bool Leads(DatabaseRollingUpgradeSpec spec, PdMembers members, DatabaseInstance instance) =>
        members.At(spec.Service(instance)) is { } member
        && (members.Leader?.Id == member.Id || members.EtcdLeader?.Id == member.Id);

    /// <summary>Requests a transfer: to the last PD of the plan while that one is not upgraded yet, because it is
    /// stopped last; the last one itself resigns, and any member takes over.</summary>
    public static async Task MoveAwayAsync(
        ITiDbTargets targets,
        Plan plan,
        PdMembers members,
        DatabaseInstance instance,
        CancellationToken cancellationToken)
    {
        var spec = targets.Spec();
        var last = PdOrder.Last(spec, plan);
        var isStillToCome = last.Name != instance.Name
            && plan.Steps.Find(s => s.Id == TiDbStepIds.Swap(last)) is not { State: StepState.Succeeded };
        if (isStillToCome
            && members.At(spec.Service(last)) is { Name.Length: > 0 } heir
            && await targets.Pd().IsHealthyAsync(spec.Service(last), cancellationToken))
        {
            try
            {
                await targets.Pd().TransferLeaderAsync(heir.Name, cancellationToken);
                return;
            }
            catch (TiDbApiException)
            {
                // Refused, so nothing moved: any other member will do. If that is refused too, the request below
                // throws.
            }
        }

        await targets.Pd().ResignAsync(cancellationToken);
    }
}
