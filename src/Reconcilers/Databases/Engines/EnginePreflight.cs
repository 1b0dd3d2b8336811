using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>Result of one pass of an engine's preflight.</summary>
/// <param name="Discovery">What to plan from; null if there are findings.</param>
/// <param name="Findings">All of them; empty if preflight passed.</param>
/// <param name="TargetIdentity">What the cluster says it is; null if that could not be read.</param>
internal sealed record EnginePreflight(
    IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>? Discovery,
    IReadOnlyList<Finding> Findings,
    string? TargetIdentity);
