namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>The vendors' ports, where the spec names none.</summary>
public static class DefaultPorts
{
    /// <summary>The port of an instance's service.</summary>
    public static int Service(DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        instance.Port ?? instance.Component switch
        {
            DatabaseComponent.Master => spec.IsBmdb ? 11000 : 7100,
            DatabaseComponent.Tserver => 9100,
            DatabaseComponent.PD => 2379,
            DatabaseComponent.TiKV => 20160,
            DatabaseComponent.TiDB => 4000,
            DatabaseComponent.Pump => 8250,
            _ => 8249,
        };

    /// <summary>The port of an instance's status pages.</summary>
    public static int Status(DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        instance.StatusPort ?? instance.Component switch
        {
            DatabaseComponent.Master => spec.IsBmdb ? 10000 : 7000,
            DatabaseComponent.Tserver => 9000,
            DatabaseComponent.TiKV => 20180,
            DatabaseComponent.TiDB => 10080,
            _ => Service(spec, instance),
        };
}
