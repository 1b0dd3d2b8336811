using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Oms;

/// <summary>A system's topology, or why it makes no sense.</summary>
/// <param name="Topology">The topology; null if there are findings.</param>
/// <param name="Findings">All that was found, not the first.</param>
internal sealed record TopologyResult(OmsTopology? Topology, IReadOnlyList<Finding> Findings);
