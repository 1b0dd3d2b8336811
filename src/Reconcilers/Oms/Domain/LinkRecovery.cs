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
    /// What to check and do: sentences whose first subject is the project. Null for a project whose link needs nothing.
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
                ? $"had failed before. High availability starts its {writer} nevertheless. "
                    + "Recover the link in the console."
                : "had failed before. Recover the link in the console.",
            "SUSPEND" => Suspended(target, kind, writer, highAvailabilityOn),
            _ => null,
        };
    }

    private static string Running(OmsVersion target, string writer, bool highAvailabilityOn)
    {
        if (!highAvailabilityOn)
        {
            return $"was running. Start its Store and {writer} in the console.";
        }

        var recovery = $"was running. High availability starts its {writer} and creates a new Store within some "
            + "minutes. Check that it is running and catches up.";
        return target >= IncrSyncSince ? $"{recovery} A Full-Import must be resumed in the console." : recovery;
    }

    private static string Suspended(OmsVersion target, ProjectKind kind, string writer, bool highAvailabilityOn) =>
        (highAvailabilityOn, target >= SuspendedStaySince, kind) switch
        {
            (false, _, _) => $"was suspended and stays so. Start its Store in the console before {writer} is resumed.",
            (true, true, _) => "was suspended and stays so, with a new Store. Resume it when it is needed.",
            (true, false, ProjectKind.Synchronization) =>
                $"was suspended, but high availability starts its {writer}. Recover the link in the console, and "
                    + "suspend it again if it is not needed.",
            _ =>
                $"was suspended. The vendor's table does not say what happens to it. Check whether {writer} was "
                    + "started, and recover or suspend the link in the console.",
        };
}
