
namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What PD says of the cluster.</summary>
/// <param name="Members">PD members.</param>
/// <param name="Stores">Stores that have not left.</param>
/// <param name="Schedule">Schedule and replication.</param>
/// <param name="Notes">For the reader of the plan.</param>
internal sealed record ClusterLook(
    PdMembers Members, IReadOnlyList<PdStore> Stores, PdSchedule Schedule, IReadOnlyList<string> Notes);
