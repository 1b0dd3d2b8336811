namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Moves PD leadership away from a member before it is stopped. The leader goes last and is read again for
/// each member (docs/research/tidb.md#rules). SIGTERM to a leader leaves the cluster without one for 5.5 s, a transfer
/// for less than 1 s (docs/research/tidb.md#pd-as-observed).</summary>
internal sealed record DrainPd : TiDbStep
{
    private static readonly TimeSpan MovesWithin = TimeSpan.FromSeconds(30);

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        if (await InstancePrograms.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        var members = await Targets.Pd().MembersAsync(cancellationToken);
        if (members.Members.Count < PdLeadership.FewestToMove)
        {
            return new Observation.Done(
                $"PD has {members.Members.Count} members, which cannot keep a leader while one restarts.");
        }

        if (!members.IsSettled)
        {
            const string Moving = "PD leadership is moving.";
            return context.Step.StartedAt is null
                ? new Observation.NotStarted(Moving)
                : new Observation.Running(Moving);
        }

        if (!PdLeadership.Leads(Spec, members, instance))
        {
            return new Observation.Done($"{members.Leader!.Name} is the PD leader.");
        }

        // A transfer is asynchronous (docs/research/tidb.md#pd).
        return context.Step.StartedAt is { } asked && context.Time.GetUtcNow() - asked < MovesWithin
            ? new Observation.Running($"{instance.Name} is still the PD leader.")
            : new Observation.NotStarted($"{instance.Name} is the PD leader.");
    });

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var members = await Targets.Pd().MembersAsync(cancellationToken);
        if (!PdLeadership.Leads(Spec, members, instance))
        {
            return;
        }

        if (members.At(Spec.Service(instance)) is { LeaderPriority: not 0 } member)
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"PD member {member.Name} has leader_priority {member.LeaderPriority} again, so leadership returns to "
                + $"it. Run `pd-ctl member leader_priority {member.Name} 0`, then retry.");
        }

        Targets.EnsureMayAct();
        await PdLeadership.MoveAwayAsync(Targets, context.Plan, members, instance, cancellationToken);
    }
}
