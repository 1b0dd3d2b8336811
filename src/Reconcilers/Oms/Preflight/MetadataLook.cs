using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What was seen in the metadata database.</summary>
/// <param name="Server">The server.</param>
/// <param name="HighAvailability">ha.config.</param>
/// <param name="Names">What the project tables say; empty where they are not read.</param>
internal sealed record MetadataLook(
    MetadataServerInfo Server, DiscoveredHighAvailability HighAvailability, NameLook Names)
{
    /// <summary>The projects the tables list.</summary>
    public IReadOnlyList<OmsProject> Projects => Names.Projects;
}
