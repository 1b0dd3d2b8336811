
namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What preflight saw of the universe as a whole.</summary>
/// <param name="View">As its leader sees it.</param>
/// <param name="ReplicationFactor">How many replicas data has; null if that could not be read.</param>
/// <param name="SqlIsOn">Whether SQL is on; null where no tablet server tells.</param>
internal sealed record ClusterLook(ClusterView View, int? ReplicationFactor, bool? SqlIsOn);
