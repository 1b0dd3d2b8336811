using Drydock.Reconcilers.OmsUpgrades.Discovery;
using Drydock.Reconcilers.OmsUpgrades.Domain;
using Drydock.Reconcilers.OmsUpgrades.Metadata;

namespace Drydock.Reconcilers.OmsUpgrades.Preflight;

/// <summary>What was seen in the metadata database.</summary>
/// <param name="Server">The server.</param>
/// <param name="HighAvailability">ha.config.</param>
/// <param name="Projects">The projects the tables list.</param>
internal sealed record MetadataLook(MetadataServerInfo Server, DiscoveredHighAvailability HighAvailability, IReadOnlyList<OmsProject> Projects);
