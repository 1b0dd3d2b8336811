using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Moves leadership of PD away from a member that is to be stopped.</summary>
internal static class PdLeadership
{
    /// <summary>With fewer members nobody can lead while one is down: there is no use in moving.</summary>
    public const int FewestToMove = 3;

    /// <summary>Whether an instance leads PD or etcd.</summary>
    public static bool Leads(DatabaseRollingUpgradeSpec spec, PdMembers members, DatabaseInstance instance) =>
        members.At(spec.Service(instance)) is { } member && (members.Leader?.Id == member.Id || members.EtcdLeader?.Id == member.Id);

    /// <summary>
    /// Asks for leadership to move: to the last PD of the spec's order while that one is still to come, so that it
    /// moves to a member that is stopped last; from that one itself, by resigning, to whoever takes it.
    /// </summary>
    public static async Task MoveAwayAsync(
        ITiDbTargets targets,
        Plan plan,
        PdMembers members,
        DatabaseInstance instance,
        CancellationToken cancellationToken)
    {
        var spec = targets.Spec();
        var last = spec.Of(DatabaseComponent.PD).Last();
        var isStillToCome = last.Name != instance.Name && plan.Steps.Find(s => s.Id == TiDbStepIds.Swap(last)) is not { State: StepState.Succeeded };
        if (isStillToCome && members.At(spec.Service(last)) is { } heir && await targets.Pd().IsHealthyAsync(spec.Service(last), cancellationToken))
        {
            try
            {
                await targets.Pd().TransferLeaderAsync(heir.Name, cancellationToken);
                return;
            }
            catch (TiDbApiException)
            {
                // Refused: whoever takes it will do. Nothing moved, the request below says so if that is refused too.
            }
        }

        await targets.Pd().ResignAsync(cancellationToken);
    }
}
