namespace Drydock.Reconcilers.Oms;

/// <summary>The metadata server stays the one that the plan was made for, and its content does not go back: after a
/// failover to a copy that lags, the new version would migrate data that are older than the snapshot.</summary>
/// <param name="Identity">As the claim has it (<see cref="MySqlServerIdentity.Identity"/>).</param>
/// <param name="Heartbeats">The heartbeat databases, in which the newest id only grows.</param>
/// <param name="IsReplica">Whether it was a replica in preflight, which an administrator has acknowledged.</param>
internal sealed record MetadataServerStays(string Identity, List<string> Heartbeats, bool IsReplica = false)
    : GuardBase<OmsTargets>
{
    private const string LeadBack = "Lead its address back to the former server: the run then continues.";

    /// <summary>The guard of a plan; null if an operator made the plan that did not know it.</summary>
    public static MetadataServerStays? In(PlanProgress plan) =>
        plan.Guards.Find(g => g.Planned.Check == nameof(MetadataServerStays)) is { } guard
            ? StepArguments.Read<MetadataServerStays>(guard.Id, guard.Planned.Parameters)
            : null;

    public override async Task<GuardReading> CheckAsync(
        Guard guard, PlanProgress plan, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var now = await metadata.ContentAsync(Heartbeats, [], cancellationToken);
        var isSame = now.Identity == Identity;
        var server = $"Metadata server {metadata.Target.Address}"
            + (isSame ? "" : $", which is now {now.Identity} and was {Identity} when the plan was made,");
        return now.IsReplica && !IsReplica
            ? Broken(Sentences.Join(
                $"{server} is a replica of another server now. {LeadBack} If OMS itself is to use the replica, accept "
                + "it.",
                Abort(plan))) with
            {
                Key = $"replica {now.Identity}",
            }
            : Behind(plan, now, server) ?? (isSame ? GuardReading.Holds : Broken(Sentences.Join(
                $"{server} is another server. {LeadBack} If the new one replaced the former one and has all of its "
                + "data, accept it.",
                Abort(plan))) with
            {
                Key = now.Identity,
            });
    }

    public override bool Concerns(Step aboutToAct) => OmsPlanProgress.UsesMetadata(aboutToAct);

    // While a restore is awaited, the present content is of no importance. A rollback without one begins with what
    // the upgrade left.
    private GuardReading? Behind(PlanProgress plan, MetadataContent now, string server)
    {
        var upgrade = Targets.Upgrade.Status?.Plan;
        var isRollback = upgrade is not null && upgrade.Id != plan.Id;
        if (plan.Step<RestoreDatabases>() is { State: not StepState.Succeeded }
            || (MetadataContent.Last(plan) ?? (isRollback ? MetadataContent.Last(upgrade!) : null)) is not { } last)
        {
            return null;
        }

        var (seen, then) = (now.Newest, last.Content.Newest);
        return then.Keys.FirstOrDefault(name => !(seen.ContainsKey(name) && seen[name] >= then[name])) is not { } late
            ? null
            : Broken(Sentences.Join(
                $"{server} lags: {late}.{SequenceTables.MainName} ends with id "
                + $"{seen.GetValueOrDefault(late)}, and ended with {then[late]} when {last.Step.Id} ended, as after "
                + "a failover.",
                LeadBack,
                isRollback ? null : "Or set spec.desiredState: RolledBack.",
                IsChanged(plan) ? "It cannot be accepted: the copy may lack what this run wrote."
                    : "If you accept it, what was written after these data is lost."))
                with
            {
                Key = IsChanged(plan) ? null : $"{now.Identity} {late} {then[late]}",
            };
    }

    private static string? Abort(PlanProgress plan) =>
        OmsPlanProgress.IsPastT1(plan) && !OmsPlanProgress.NewStarted(plan)
        ? $"Or abort ({Annotations.Abort}=<token>): the old containers are started again on the server as it is."
        : null;

    private static bool IsChanged(PlanProgress plan) => plan.Steps.Exists(MetadataContent.MayHaveChanged);

    private static GuardReading Broken(string message) => GuardReading.Broken(message) with
    {
        Check = "The address of the metadata server led to another server, or to older data, during the upgrade: check "
            + "that no program of OMS wrote there.",
    };
}
