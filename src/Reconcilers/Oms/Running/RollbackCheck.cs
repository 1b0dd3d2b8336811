using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Checks whether a rollback is still possible: the old containers and the verified snapshot exist, and no
/// other OMS uses the mounts. Changes nothing.</summary>
internal sealed class RollbackCheck(OmsTargets targets)
{
    public async Task<string?> FindObstacleAsync(OmsUpgradeStatus status, CancellationToken cancellationToken)
    {
        var plan = status.Plan!;
        if (status.CleanupPlan is { } cleanup && PlanProgress.Begun(cleanup))
        {
            return "the old containers were removed by spec.cleanup";
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

    private async Task<string?> SnapshotAsync(Plan plan, CancellationToken cancellationToken)
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

        if (snapshot.Status?.Verified != true)
        {
            return $"BackupSnapshot {name} is not verified: {snapshot.Status?.Message}";
        }

        var missing = await targets.Archives.SnapshotFilesAsync(snapshot, cancellationToken);
        return missing.Count > 0
            ? $"files of BackupSnapshot {name} are missing or have another size in "
                + $"{targets.Archives.Describe(snapshot.Spec.Storage, snapshot.Metadata.Namespace)}: "
                + $"{string.Join(", ", missing)}"
            : null;
    }

    // Another container with the mounts of OMS: a later upgrade ran, or an administrator started or renamed one. After
    // a failure the guards of the rollback report the old container.
    private async Task<string?> IntruderAsync(OmsUpgradeStatus status, CancellationToken cancellationToken)
    {
        var plan = status.Plan!;
        foreach (var start in plan.Steps.Where(s => s.Is<StartContainer>()))
        {
            var name = start.As<StartContainer>().Container;
            var stop = OmsPlanProgress.Stops(plan).First(step => step.Node == start.Node);
            var old = await InspectAsync(start.Node!, stop.As<StopContainer>().Container, cancellationToken);
            var logs = old is null ? null : OmsMounts.OnHost(old, RunOnceCommand.LogsMount);
            var running = await targets.Docker(start.Node!).Containers.ListContainersAsync(
                new ContainersListParameters(), cancellationToken);
            foreach (var listed in running)
            {
                if (logs is not null && (listed.ID != old?.ID || status.IsUpgraded())
                    && await InspectAsync(start.Node!, listed.ID, cancellationToken) is { } other
                    && other.ShortName != name
                    && OmsMounts.OnHost(other, RunOnceCommand.LogsMount) == logs)
                {
                    return $"{other.ShortName} runs on {start.Node} with the same mounts, but this upgrade left "
                        + $"{name}: a later upgrade or an administrator started it, or renamed {name}";
                }
            }
        }

        return null;
    }

    private Task<InspectedContainer?> InspectAsync(
        string node, string container, CancellationToken cancellationToken) =>
        targets.Docker(node).Containers.FindContainerAsync(container, cancellationToken);
}
