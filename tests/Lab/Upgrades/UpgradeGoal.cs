namespace Drydock.Lab.Upgrades;

/// <summary>Where a run is to end.</summary>
public enum UpgradeGoal
{
    /// <summary>Succeeded.</summary>
    Upgrade,

    /// <summary>RolledBack, asked for after Succeeded.</summary>
    Rollback,
}
