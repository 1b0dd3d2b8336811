using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Makes sure that a PD member does not lead before it is stopped: leader last, read anew for each
/// (docs/research/tidb.md#rules). SIGTERM without that leaves the cluster without a leader for 5.5 s, moving takes less
/// than 1 s (docs/research/tidb.md#pd-as-observed).
/// </summary>
internal sealed class DrainPd(ITiDbTargets targets) : TiDbStep(targets)
{
    private static readonly TimeSpan MovesWithin = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        if (await InstanceLooks.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        var members = await Targets.Pd().MembersAsync(cancellationToken);
        if (members.Members.Count < PdLeadership.FewestToMove)
        {
            return new Observation.Done($"{members.Members.Count} members cannot keep a leader while one is restarted");
        }

        if (!members.IsSettled)
        {
            return context.Step.StartedAt is null ? new Observation.NotStarted("leadership is moving") : new Observation.Running("leadership is moving");
        }

        if (!PdLeadership.Leads(Spec, members, instance))
        {
            return new Observation.Done($"{members.Leader!.Name} leads");
        }

        // Moving is asynchronous (docs/research/tidb.md#pd).
        return context.Step.StartedAt is { } asked && context.Time.GetUtcNow() - asked < MovesWithin
            ? new Observation.Running($"{instance.Name} still leads")
            : new Observation.NotStarted($"{instance.Name} leads");
    });

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var members = await Targets.Pd().MembersAsync(cancellationToken);
        if (!PdLeadership.Leads(Spec, members, instance))
        {
            return;
        }

        if (members.At(Spec.Service(instance)) is { LeaderPriority: not 0 } member)
        {
            throw new StepActionException(Reasons.TargetChanged, $"PD {member.Name} has leader_priority {member.LeaderPriority} again, which pulls leadership back to it; set it to 0 (pd-ctl member leader_priority {member.Name} 0), then retry");
        }

        Targets.EnsureMayAct();
        await PdLeadership.MoveAwayAsync(Targets, context.Plan, members, instance, cancellationToken);
    }
}
