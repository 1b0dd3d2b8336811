namespace Drydock.Reconcilers.Oms;

/// <summary>What the administrator has to do after a rollback (Full-Import never resumes automatically;
/// docs/research/oms.md#rollback). Pure.</summary>
internal static class RollbackActionList
{
    public static List<ActionEntry> Compile(OmsUpgrade upgrade, Plan back, ProjectRecord projects)
    {
        var plan = upgrade.Status!.Plan!;
        var restored = back.First(OmsUpgradePhases.RestoreHA);
        var notEnabled = restored?.Recorded(EnableHighAvailability.NotEnabledFact);
        var highAvailabilityOn = restored is not null && notEnabled is null;
        List<ActionEntry> entries =
        [
            .. OmsActionList.Accepted(back),
            .. OmsActionList.Violations(back),
            .. projects.Items.Select(p => OmsActionList.Advice(p, Advice(p, highAvailabilityOn)))
                .OfType<ActionEntry>(),
        ];
        if (!highAvailabilityOn)
        {
            entries.Add(OmsActionList.HighAvailabilityOff(notEnabled));
        }

        entries.AddRange(OmsPlanProgress.Stops(plan).Select(s => NewContainer(plan, s.Node!)));
        if (SecondSnapshot(back) is { } snapshot)
        {
            entries.Add(snapshot);
        }

        return entries;
    }

    private static ActionEntry NewContainer(Plan plan, string node) => new(
        Reasons.RemoveNewContainers,
        "The new containers are stopped and kept. When you no longer need to inspect them, remove them with "
        + "`docker rm`. Another attempt of this object removes them automatically.",
        node,
        $"container {OmsPlanProgress.NewName(plan, node)}");

    private static ActionEntry? SecondSnapshot(Plan back)
    {
        var step = back.Step<TakeSnapshot>();
        if (step?.Recorded(TakeSnapshot.NotTakenFact) is not null)
        {
            return new ActionEntry(
                Reasons.ReviewSnapshot,
                Sentences.Join(
                    "The data that the failed upgrade left in the databases could not be dumped before they were "
                    + "dropped.",
                    step.Message));
        }

        return step?.Recorded(TakeSnapshot.SnapshotKey) is { } name
            ? new ActionEntry(
                Reasons.ReviewSnapshot,
                "This BackupSnapshot holds the data of the databases before they were dropped. "
                + "Delete it when you no longer need it.",
                name)
            : null;
    }

    private static string? Advice(RecordedProject project, bool highAvailabilityOn) =>
        project.Status.ToUpperInvariant() switch
        {
            "RUNNING" or "RUNNING_MODIFYING" or "RUNNING_MERGING" when highAvailabilityOn =>
                "ran before the upgrade. High availability recreates its Store within some minutes. "
                + "Check that its Incr-Sync (before 4.2: JDBCWriter or Connector) runs and catches up; otherwise "
                + "resume it in the console. A Full-Import must be resumed in the console.",
            "RUNNING" or "RUNNING_MODIFYING" or "RUNNING_MERGING" =>
                "ran before the upgrade. Start its Store and writer in the console. "
                + "A Full-Import must be resumed in the console.",
            "FAILED" => "had failed before the upgrade. Recover the link in the console.",
            _ => null,
        };
}
