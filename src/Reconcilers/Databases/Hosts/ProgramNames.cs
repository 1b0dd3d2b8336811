namespace Drydock.Reconcilers.Databases;

/// <summary>File names of the vendors' programs (docs/research/tidb.md#tidb-ansible).</summary>
internal static class ProgramNames
{
    public static string Of(DatabaseRollingUpgradeSpec spec, DatabaseComponent component)
    {
        var yugabyte = spec.Yugabyte ?? new YugabyteSpec();
        var isBmdb = yugabyte.Dialect == YugabyteDialect.BMDB;
        return component switch
        {
            DatabaseComponent.Master => yugabyte.Names.MasterProgram ?? (isBmdb ? "mserver" : "yb-master"),
            DatabaseComponent.Tserver => yugabyte.Names.TserverProgram ?? (isBmdb ? "dbserver" : "yb-tserver"),
            DatabaseComponent.PD => "pd-server",
            DatabaseComponent.TiKV => "tikv-server",
            DatabaseComponent.Pump => "pump",
            DatabaseComponent.TiDB => "tidb-server",
            DatabaseComponent.Drainer => "drainer",
            _ => throw new NotSupportedException($"The program of component {component} is not known."),
        };
    }
}
