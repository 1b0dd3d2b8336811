using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What an upgrade does to a link (a project's Store and writers), and what an administrator has to do about it: the
/// tables of the vendor's guides (docs/research/oms.md#after-the-upgrade). The guides between 3.3.1 and 4.2.2 are
/// not public; for those targets the table of 3.3.1 is used, which demands more.
/// </summary>
internal static class LinkRecovery
{
    private static readonly OmsVersion IncrSyncSince = new(4, 2, 0);
    private static readonly OmsVersion SuspendedStaySince = new(4, 2, 2);

    /// <summary>
    /// What to look for and do, as the end of a sentence; null for a project whose link needs nothing.
    /// </summary>
    /// <param name="target">The version upgraded to.</param>
    /// <param name="kind">Migration or synchronisation.</param>
    /// <param name="status">The project's status before the upgrade (docs/research/oms.md#project-status).</param>
    /// <param name="highAvailabilityOn">Whether high availability is on after the upgrade.</param>
    public static string? Of(OmsVersion target, ProjectKind kind, string status, bool highAvailabilityOn)
    {
        var writer = target >= IncrSyncSince ? "Incr-Sync" : kind == ProjectKind.Migration ? "JDBCWriter" : "Connector";
        return status.ToUpperInvariant() switch
        {
            "RUNNING" or "RUNNING_MODIFYING" or "RUNNING_MERGING" => Running(target, writer, highAvailabilityOn),
            "FAILED" => highAvailabilityOn && target < SuspendedStaySince
                ? $"had failed before: high availability starts its {writer} nevertheless; recover the link by hand"
                : "had failed before: recover the link by hand",
            "SUSPEND" => Suspended(target, kind, writer, highAvailabilityOn),
            _ => null,
        };
    }

    private static string Running(OmsVersion target, string writer, bool highAvailabilityOn)
    {
        if (!highAvailabilityOn)
        {
            return $"was running: start its Store and {writer} by hand";
        }

        var recovery = $"was running: its {writer} is started and a new Store created by high availability within some "
            + "minutes; check that it is running and catches up";
        return target >= IncrSyncSince ? $"{recovery}; a Full-Import must be resumed by hand" : recovery;
    }

    private static string Suspended(OmsVersion target, ProjectKind kind, string writer, bool highAvailabilityOn) =>
        (highAvailabilityOn, target >= SuspendedStaySince, kind) switch
    {
        (false, _, _) => $"was suspended: it stays suspended; start its Store by hand before {writer} is resumed",
        (true, true, _) => "was suspended: it stays suspended and gets a new Store; resume it when it is needed",
        (true, false, ProjectKind.Synchronization) =>
            $"was suspended: its {writer} is restarted by high availability although it was suspended, and the link "
                + "must be recovered by hand; suspend it again if it is not needed",
        _ =>
            $"was suspended: the vendor's table does not say what happens to it; check whether {writer} was started, "
                + "and recover or suspend the link by hand",
    };
}
