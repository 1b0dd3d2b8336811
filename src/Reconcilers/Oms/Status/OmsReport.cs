namespace Drydock.Reconcilers.Oms;

/// <summary>What an OmsUpgrade reports: moments, snapshots, projects, nodes, and what the administrator has to do.
/// Pure.</summary>
internal static class OmsReport
{
    public static OmsUpgradeStatus Summarize(OmsUpgradeSpec spec, OmsUpgradeStatus status, PlanSlot slot, bool isDone)
    {
        var (there, back) = (status.Plan, status.RollbackPlan);
        status = status with
        {
            Times = UpgradeTimestamps.Of(status),
            SnapshotRef = Snapshot(there?.Step<TakeSnapshot>()) ?? status.SnapshotRef,
            RollbackSnapshotRef = back is null ? status.RollbackSnapshotRef : Snapshot(back.Step<TakeSnapshot>()),
            RenamedProjects = there is null
                ? status.RenamedProjects
                : status.IsRolledBack()
                ? []
                : [.. RenamedProjects.Of(there).Take(SchemaLimits.Projects)],
            Nodes = [.. status.Nodes.Select(n => Node(spec, status, n))],
        };
        status = status with { DowntimeSince = UpgradeTimestamps.DownSince(status) };
        return isDone
            ? status with
            {
                ActionRequired = slot == PlanSlot.Rollback
                    ? StoredItems.Of(back?.Step<ListActions>())
                    : ForwardActions(status),
            }
            : status;
    }

    // The reference is stored once a receipt has the name, so that no other snapshot is taken for it.
    private static SnapshotReference? Snapshot(PlanStep? step) =>
        step?.Recorded(TakeSnapshot.SnapshotKey) is { } name && step.Recorded(TakeSnapshot.NotTakenFact) is null
            ? new SnapshotReference { Name = name, Uid = step.Recorded(TakeSnapshot.SnapshotUidFact) }
            : null;

    private static List<ActionItem> ForwardActions(OmsUpgradeStatus status)
    {
        var actions = StoredItems.Of(status.Plan!.Step<ListActions>());
        return status.CleanupPlan is { } cleanup && PlanProgress.Done(cleanup)
            ? [.. actions.Where(a => a.Reason != Reasons.RemoveOldContainers)]
            : actions;
    }

    private static OmsNodeStatus Node(OmsUpgradeSpec spec, OmsUpgradeStatus status, OmsNodeStatus node)
    {
        if (status.RollbackPlan?.Step<StartOldContainer>(node.Name) is { State: StepState.Succeeded } back)
        {
            return node with
            {
                Container = back.As<StartOldContainer>().Name,
                Image = back.Recorded(StartOldContainer.ImageFact),
                ImageID = back.Recorded(StartOldContainer.ImageIdFact),
                Version = spec.FromVersion,
            };
        }

        if (status.Plan?.Step<StartContainer>(node.Name) is not { State: StepState.Succeeded } started)
        {
            return node;
        }

        var created = status.Plan.Step<CreateContainer>(node.Name);
        return node with
        {
            Container = started.As<StartContainer>().Container,
            Image = created?.As<CreateContainer>().Image,
            ImageID = status.Plan.Step<PrepareImage>(node.Name)?.Recorded(PrepareImage.ImageIdFact),
            Version = status.Plan.Step<ReadVersion>(node.Name)?.Recorded(ReadVersion.VersionFact),
        };
    }
}
