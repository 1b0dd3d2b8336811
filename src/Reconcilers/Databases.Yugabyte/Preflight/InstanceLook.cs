using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What preflight saw of one process.</summary>
/// <param name="Spec">The instance.</param>
/// <param name="Process">What its host says; null if it cannot be asked.</param>
/// <param name="Running">The version it says; null if it does not answer.</param>
/// <param name="IsNew">Whether it runs the new version already.</param>
internal sealed record InstanceLook(
    DatabaseInstance Spec, InstanceProcess? Process, YugabyteVersion? Running, bool IsNew);
