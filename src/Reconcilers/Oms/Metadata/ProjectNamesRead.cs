using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>Every row of both project tables, deleted ones included, and how long a name may be.</summary>
/// <param name="Projects">The rows, migration first, in the order of their ids.</param>
/// <param name="Limits">Length of <c>project_name</c> as the catalogue has it; of a table that does not exist, that of
/// the other.</param>
/// <param name="Truncated">True if there are more rows than were read.</param>
internal sealed record ProjectNamesRead(IReadOnlyList<OmsProject> Projects, ProjectNameLimits Limits, bool Truncated);
