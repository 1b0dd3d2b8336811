namespace Drydock.Reconcilers.Oms;

/// <summary>A writer whose <c>sourceFile.blackRegionNo</c> is not the region's <c>cm_location</c>.</summary>
/// <param name="Value">The region number it has.</param>
/// <param name="Identity">What the row says of whose setting it is: <c>id=7, job_id=12</c>. The columns of this table
/// are not public, so those ending in id or name are shown.</param>
internal sealed record CascadedWriter(string Value, string Identity);
