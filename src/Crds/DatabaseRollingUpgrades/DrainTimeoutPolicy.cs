namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What happens when leaders do not leave in time.</summary>
public enum DrainTimeoutPolicy
{
    /// <summary>The instance is not stopped; the upgrade fails and says so.</summary>
    Fail,

    /// <summary>The instance is stopped with the leaders it has.</summary>
    Proceed,
}
