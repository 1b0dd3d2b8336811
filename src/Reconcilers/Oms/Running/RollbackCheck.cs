namespace Drydock.Reconcilers.Oms;

/// <summary>Checks whether a rollback is still possible: the old containers and the verified snapshot exist, and no
/// other OMS uses the mounts. Changes nothing.</summary>
internal sealed class RollbackCheck(OmsTargets targets)
{
    public async Task<string?> FindObstacleAsync(OmsUpgradeStatus status, CancellationToken cancellationToken)
    {
        var plan = status.Plan!;
        if (OmsRollbackRules.Removed(status) is { } removed)
        {
            return removed;
        }

        if (!OmsPlanProgress.IsPastT1(plan))
        {
            return null;
        }

        foreach (var stop in OmsPlanProgress.Stops(plan))
        {
            var old = stop.As<StopContainer>();
            if (await InspectAsync(stop.Node!, old.Container, cancellationToken) is null)
            {
                return $"the old container {old.Name} ({old.Container}) is gone from {stop.Node}";
            }
        }

        if (!OmsPlanProgress.NewStarted(plan))
        {
            return null;
        }

        return await SnapshotAsync(plan, cancellationToken) ?? await IntruderAsync(status, cancellationToken);
    }

    private async Task<string?> SnapshotAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var taken = plan.Step<TakeSnapshot>();
        if (taken?.Recorded(SnapshotReceipts.SnapshotKey) is not { } name
            || taken.Recorded(SnapshotReceipts.SnapshotUidFact) is not { } uid)
        {
            return "no verified snapshot of the databases exists";
        }

        var snapshot = await targets.Kubernetes.GetAsync<BackupSnapshot>(
            name, targets.Upgrade.Metadata.Namespace, cancellationToken);
        if (snapshot is null || snapshot.Metadata.Uid != uid)
        {
            return $"BackupSnapshot {name} is gone. If its files are still there, restore them with a SnapshotRestore "
                + "(spec.files) and start the old containers with `docker start`";
        }

        if (snapshot.Status?.Verified is null)
        {
            return $"BackupSnapshot {name} is not verified: {snapshot.Status?.Message}";
        }

        var missing = await targets.Archives.SnapshotFilesAsync(snapshot, cancellationToken);
        return missing.Count > 0
            ? $"files of BackupSnapshot {name} are missing or have another size in "
                + $"{targets.Archives.Describe(snapshot.StoredIn(), snapshot.Metadata.Namespace)}: "
                + $"{string.Join(", ", missing)}"
            : null;
    }

    // Another container that may write to the data of OMS: a later upgrade ran, or an administrator started or renamed
    // one. After a failure the guards of the rollback report the old container.
    private async Task<string?> IntruderAsync(OmsUpgradeStatus status, CancellationToken cancellationToken)
    {
        var plan = status.Plan!;
        foreach (var stop in OmsPlanProgress.Stops(plan))
        {
            var (node, old) = (stop.Node!, stop.As<StopContainer>().Container);
            var name = OmsPlanProgress.NewName(plan, node);
            var readers = ContainerStaysStopped.ReadersOf(plan, node) ?? [];
            if (await InspectAsync(node, old, cancellationToken) is { } oms
                && (await OmsContainers.WritersAsync(targets, node, oms, name, readers, cancellationToken)).Append(oms)
                    .FirstOrDefault(c => c.State.Running && (c.ID != old || status.IsUpgraded())) is { } other)
            {
                return $"{other.ShortName} runs on {node} and may write to the data of OMS, but this upgrade left "
                    + $"{name}. Stop it, or mount its data read-only (`:ro`)";
            }
        }

        return null;
    }

    private Task<InspectedContainer?> InspectAsync(
        string node, string container, CancellationToken cancellationToken) =>
        targets.Docker(node).Containers.FindContainerAsync(container, cancellationToken);
}
