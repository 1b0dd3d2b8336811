namespace Drydock.Reconcilers.Oms;

/// <summary>Compares the projects there are with those recorded before the upgrade: it leaves their status unchanged
/// (docs/research/oms.md#after-the-upgrade). Pure.</summary>
internal static class ProjectComparison
{
    private const string Gone = "These projects are not found any more. Look for them in the console.";
    private const string Suspended =
        "These projects ran before the upgrade and are suspended now. Resume them in the console.";
    private const string Failed =
        "These projects ran before the upgrade and have failed now. OMS skips the error when such a project is "
        + "resumed, so check the error in the console first, then resume them there.";
    private const string Changed =
        "These projects have another status than before the upgrade. Check them in the console.";

    public static IReadOnlyList<ActionEntry> Differences(ProjectRecord before, ProjectMatch match) =>
        [.. before.Items.Select(recorded => Difference(recorded, match.Find(recorded))).OfType<ActionEntry>()];

    private static ActionEntry? Difference(RecordedProject recorded, OmsProject? now) => now switch
    {
        null => ProjectStatuses.MayBeGone(recorded.Status)
            ? null
            : new ActionEntry(Reasons.ReviewProject, Gone, recorded.ToString(), $"was {recorded.Status} before"),
        _ when ProjectStatuses.IsAsBefore(recorded.Status, now.Status) => null,
        _ when ProjectStatuses.IsRunning(recorded.Status) && ProjectStatuses.IsSuspended(now.Status) =>
            Entry(Reasons.ProjectNotResumed, Suspended, recorded, now),
        _ when ProjectStatuses.IsRunning(recorded.Status) && ProjectStatuses.IsFailed(now.Status) =>
            Entry(Reasons.ProjectNotResumed, Failed, recorded, now),
        _ => Entry(Reasons.ReviewProject, Changed, recorded, now),
    };

    private static ActionEntry Entry(string reason, string what, RecordedProject recorded, OmsProject now) => new(
        reason,
        what,
        recorded.ToString(),
        $"was {recorded.Status} before the upgrade and is {now.Status} now");
}
