namespace Drydock.Reconcilers.Oms;

/// <summary>No new container was started before the status says so. If one was, the status is older than the hosts
/// (etcd or the object was restored from a backup), or others continued by hand: nothing is started, because every next
/// step would begin from what is no longer true.</summary>
/// <param name="Container">Name of the new container.</param>
/// <param name="Leftover">Id of the one that an earlier attempt of this upgrade left; null: none.</param>
internal sealed record StatusIsCurrent(string Container, string? Leftover = null) : GuardBase<OmsTargets>
{
    public override async Task<GuardReading> CheckAsync(
        Guard guard, PlanProgress plan, CancellationToken cancellationToken)
    {
        var (node, traces) = (guard.Node!, new RunTraces(Targets));
        var container = await traces.StartedUnseenAsync(plan, node, this, cancellationToken);
        List<Witness> unexplained = IsAsked(plan, node, container)
            ? Targets.Witnesses.Unexplained(
                plan, [await Targets.Witnesses.LookAsync(plan, node, also: null, cancellationToken)])
            : [];
        var more = unexplained.Count > 0 ? Describe(plan, unexplained, container) : null;
        if (container is null)
        {
            return more is null
                ? GuardReading.Holds
                : GuardReading.Broken(more) with { Reason = Reasons.StatusOutdated };
        }

        var started = container.StartedAt!.Value;
        var snapshot = await traces.SnapshotAsync(plan, container, cancellationToken);
        return GuardReading.Broken(Sentences.Join(
            $"{Container} on {node} was started at {started:u}, but by the status {OmsUpgradePhases.StartNew}/{node} "
            + "has not begun: the status is older than the hosts, for instance restored from a backup, or somebody "
            + "started the container. Nothing is started until you choose.",
            snapshot is null
                ? "The cluster knows no verified BackupSnapshot of this upgrade, so it cannot be rolled back. If its "
                + "files are still in the storage of spec.backup, a SnapshotRestore with spec.files restores them."
                : $"spec.desiredState: {nameof(DesiredState.RolledBack)} restores BackupSnapshot "
                + $"{snapshot.Metadata.Name} and starts the old containers; what was written since is lost.",
            more ?? "If you accept it, the upgrade continues from its status, on the data as they are; a snapshot "
                + "that it takes then holds what the new version wrote.")) with
        {
            Reason = Reasons.StatusOutdated,
            Since = started,
            Key = more is null ? started.ToString("O", CultureInfo.InvariantCulture) : null,
            NoRollback = snapshot is null,
            Check = "The status was older than the hosts: compare projects and Stores with their sources.",
        };
    }

    // A guard is read before each act, and this look starts a program on a host that serves: it is made before the
    // first step, and from the first change of OMS on until the node is stopped.
    private static bool IsAsked(PlanProgress plan, string node, InspectedContainer? started) =>
        !OmsPlanProgress.Stops(plan).First(s => s.Node == node).HasEverBegun
        && (started is not null
            || !plan.HasEverBegun
            || !plan.Steps.Exists(s => s.Phase == OmsUpgradePhases.PrepareImage && s.State != StepState.Succeeded));

    // It cannot be accepted: a command that runs once would run on data that another one has changed.
    private string Describe(PlanProgress plan, List<Witness> unexplained, InspectedContainer? container)
    {
        var kubectl = new KubectlCommands(OmsUpgrade.ShortName, Targets.Upgrade.Metadata);
        var open = unexplained.Where(w => !w.IsClosed).Select(w => w.Directory).ToList();
        return Sentences.Join(
            $"Nothing is started, and this cannot be accepted, because {Witness.Describe(unexplained)}",
            open.Count > 0 || OmsPlanProgress.IsPastT1(plan) || container is { State.Running: true }
                ? $"Roll back: {kubectl.Patch("""{"spec":{"desiredState":"RolledBack"}}""")}."
                : "If OMS runs on the old containers as it should, "
                + (container is null ? "" : $"remove the new one (`docker rm {Container}`), then ")
                + $"plan again: {kubectl.Annotate(Annotations.Abort, plan.Tag)}, then retry as status.nextAction "
                + "says.",
            open.Count == 0 ? null
                : "If you have restored the databases since, remove these records in a container of the node "
                + $"(`rm -r {string.Join(' ', open)}`).");
    }
}
