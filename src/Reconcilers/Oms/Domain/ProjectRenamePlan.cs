using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Oms;

/// <summary>Which projects get which name, or why that cannot be said.</summary>
/// <param name="Renames">In the order in which they are carried out; empty if there are findings.</param>
/// <param name="Findings">What stands in the way, all of it.</param>
internal sealed record ProjectRenamePlan(IReadOnlyList<ProjectRename> Renames, IReadOnlyList<Finding> Findings);
