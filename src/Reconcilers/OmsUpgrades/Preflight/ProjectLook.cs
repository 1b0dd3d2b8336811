using Drydock.Reconcilers.OmsUpgrades.Domain;

namespace Drydock.Reconcilers.OmsUpgrades.Preflight;

/// <summary>What was seen of the projects.</summary>
/// <param name="Projects">The projects; null where nothing lists them.</param>
/// <param name="Notes">What the reader of the plan should know.</param>
internal sealed record ProjectLook(IReadOnlyList<OmsProject>? Projects, IReadOnlyList<string> Notes);
