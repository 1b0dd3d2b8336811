namespace Drydock.Reconcilers.Oms;

/// <summary>No new container was started before the status says so. If one was, the status is older than the hosts
/// (etcd or the object was restored from a backup), or somebody went on by hand: nothing is started, because every next
/// step would begin from what is no longer true.</summary>
/// <param name="Container">Name of the new container.</param>
/// <param name="Leftover">Id of the one that an earlier attempt of this upgrade left; null: none.</param>
internal sealed record StatusIsCurrent(string Container, string? Leftover = null) : GuardBase<OmsTargets>
{
    public override async Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var (node, traces) = (guard.Node!, new RunTraces(Targets));
        if (await traces.StartedUnseenAsync(plan, node, this, cancellationToken) is not { } container)
        {
            return GuardReading.Holds;
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
            "If you accept it, the upgrade continues from its status, on the data as they are; a snapshot "
            + "that it takes then holds what the new version wrote.")) with
        {
            Reason = Reasons.StatusOutdated,
            Since = started,
            Key = started.ToString("O", CultureInfo.InvariantCulture),
            NoRollback = snapshot is null,
            Check = "The status was older than the hosts: compare projects and Stores with their sources.",
        };
    }
}
