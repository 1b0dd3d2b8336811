using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What the project tables of a version below 4.0.1 say.</summary>
/// <param name="Projects">The projects.</param>
/// <param name="Renames">Those that get another name.</param>
/// <param name="Notes">What the reader of the plan should know.</param>
internal sealed record NameLook(
    IReadOnlyList<OmsProject> Projects, IReadOnlyList<ProjectRename> Renames, IReadOnlyList<string> Notes);
