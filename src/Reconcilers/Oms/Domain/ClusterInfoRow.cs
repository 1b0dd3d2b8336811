namespace Drydock.Reconcilers.Oms;

/// <summary>
/// A region as OMS itself has it (<c>cluster_info</c> in the rm database; docs/research/oms.md#metadata-tables).
/// </summary>
/// <param name="Region"><c>cm_region</c>; may be empty in a single-region system.</param>
/// <param name="RegionCn">Its Chinese name.</param>
/// <param name="CmUrl">Address of the region's cluster management.</param>
/// <param name="Code"><c>cm_location</c> as text.</param>
/// <param name="IsDefault">Whether it is the default region.</param>
internal sealed record ClusterInfoRow(string Region, string RegionCn, string CmUrl, string Code, bool IsDefault);
