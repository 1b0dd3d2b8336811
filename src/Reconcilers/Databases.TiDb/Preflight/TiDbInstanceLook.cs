using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What was seen of an instance on its host.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Process">Its process.</param>
/// <param name="ProgramVersion">What the program that the process runs says with -V; null for components whose version
/// is asked of the cluster, and where it could not be read.</param>
/// <param name="Configuration">Its configuration file; null if it could not be read or is not carried over.</param>
internal sealed record TiDbInstanceLook(
    DatabaseInstance Instance, InstanceProcess Process, string? ProgramVersion, string? Configuration);
