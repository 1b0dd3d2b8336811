namespace Drydock.Reconcilers.Oms;

/// <summary>What becomes of the link of a project after an upgrade, and what the administrator has to do about it: the
/// tables of the vendor's guides (docs/project/research/oms.md#after-the-upgrade). Pure.</summary>
internal static class LinkRecovery
{
    public static string? Of(LinkFacts links, ProjectKind kind, string status, bool highAvailabilityOn)
    {
        var writer = kind == ProjectKind.Migration ? links.MigrationWriter : links.SynchronizationWriter;
        return status.ToUpperInvariant() switch
        {
            "RUNNING" or "RUNNING_MODIFYING" or "RUNNING_MERGING" => Running(links, writer, highAvailabilityOn),
            "FAILED" => highAvailabilityOn
                ? $"had failed before and keeps that status. High availability starts its {writer} and creates a new "
                    + "Store nevertheless. Recover the link in the console."
                : "had failed before. Recover the link in the console.",
            "SUSPEND" => Suspended(links, kind, writer, highAvailabilityOn),
            _ => null,
        };
    }

    private static string Running(LinkFacts links, string writer, bool highAvailabilityOn)
    {
        if (!highAvailabilityOn)
        {
            return $"was running. Start its Store and {writer} in the console.";
        }

        var recovery = $"was running. High availability starts its {writer} and creates a new Store within some "
            + "minutes. Check that it is running and catches up.";

        // One component for both kinds came together with Full-Import, which nothing resumes.
        return links.MigrationWriter == links.SynchronizationWriter
            ? $"{recovery} A Full-Import must be resumed in the console."
            : recovery;
    }

    private static string Suspended(LinkFacts links, ProjectKind kind, string writer, bool highAvailabilityOn) =>
        (highAvailabilityOn, links.Suspended, kind) switch
        {
            (false, _, _) => $"was suspended and stays so. Start its Store in the console before {writer} is resumed.",
            (true, SuspendedLinks.Stay, _) =>
                "was suspended and stays so, with a new Store. Resume it when it is needed.",
            (true, _, ProjectKind.Synchronization) =>
                $"was suspended, but high availability starts its {writer}. Recover the link in the console, and "
                    + "suspend it again if it is not needed.",
            _ =>
                $"was suspended. The vendor's table does not say what happens to it. Check whether {writer} was "
                    + "started, and recover or suspend the link in the console.",
        };
}
