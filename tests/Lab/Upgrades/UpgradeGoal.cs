namespace Drydock.Lab.Upgrades;

/// <summary>The goal of a run.</summary>
public enum UpgradeGoal
{
    Upgrade,

    /// <summary>RolledBack, requested after Succeeded.</summary>
    Rollback,
}
