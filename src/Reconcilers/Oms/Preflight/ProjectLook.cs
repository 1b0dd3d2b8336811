using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What was seen of the projects.</summary>
/// <param name="Projects">The projects; null where nothing lists them.</param>
/// <param name="Notes">What the reader of the plan should know.</param>
internal sealed record ProjectLook(IReadOnlyList<OmsProject>? Projects, IReadOnlyList<string> Notes);
