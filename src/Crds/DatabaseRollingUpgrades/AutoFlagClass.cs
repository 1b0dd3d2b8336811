namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>Classes of AutoFlags, by what they make impossible to take back.</summary>
public enum AutoFlagClass
{
    /// <summary>All: also what other clusters see.</summary>
    External,

    /// <summary>Up to what is written to disk.</summary>
    LocalPersisted,

    /// <summary>Only what rollback_auto_flags can take back.</summary>
    LocalVolatile,
}
