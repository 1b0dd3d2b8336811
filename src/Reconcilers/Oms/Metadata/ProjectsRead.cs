using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>Projects read from the metadata.</summary>
/// <param name="Projects">Those read, migration first, in the order of their ids.</param>
/// <param name="Total">How many there are.</param>
/// <param name="TablesRead">Which of the two tables exist.</param>
internal sealed record ProjectsRead(IReadOnlyList<OmsProject> Projects, long Total, IReadOnlyList<string> TablesRead)
{
    /// <summary>True if there are more than were read.</summary>
    public bool Truncated => Total > Projects.Count;
}
