namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>Names of programs, flags and ports in a dialect.</summary>
/// <param name="Software">First part of the package names.</param>
/// <param name="Master">The master's program.</param>
/// <param name="Tserver">The tablet server's program.</param>
/// <param name="Admin">The admin tool.</param>
/// <param name="SqlShell">The SQL shell.</param>
/// <param name="MastersFlag">The flag of the master and of the admin tool that names the masters.</param>
/// <param name="TserverMastersFlag">The flag of the tablet server that names the masters.</param>
/// <param name="MasterRpc">The master's RPC port.</param>
/// <param name="MasterWeb">The port of the master's web interface.</param>
/// <param name="EnableSql">The flag that enables SQL.</param>
/// <param name="UpgradeCatalog">The command that upgrades the SQL catalogue.</param>
public sealed record YugabyteNaming(
    string Software, string Master, string Tserver, string Admin, string SqlShell, string MastersFlag,
    string TserverMastersFlag, int MasterRpc, int MasterWeb, string EnableSql, string UpgradeCatalog)
{
    /// <summary>RPC port of a tablet server.</summary>
    public const int TserverRpc = 9100;

    /// <summary>Port of a tablet server's web interface.</summary>
    public const int TserverWeb = 9000;

    /// <summary>The client port; here keys and values over HTTP.</summary>
    public const int Client = 9042;

    /// <summary>YugabyteDB.</summary>
    public static YugabyteNaming Yugabyte { get; } =
        new(
            "yugabyte", "yb-master", "yb-tserver", "yb-admin", "ysqlsh", "master_addresses", "tserver_master_addrs",
            7100, 7000, "enable_ysql", "upgrade_ysql");

    /// <summary>BMDB.</summary>
    public static YugabyteNaming Bmdb { get; } =
        new(
            "softwarebm", "mserver", "dbserver", "bm-admin", "bsqlsh", "mserver_addresses", "dbserver_mserver_addrs",
            11000, 10000, "enable_bsql", "upgrade_bsql");

    /// <summary>The tool that sets flags of running processes; null where its name is not known.</summary>
    public string? FlagTool => this == Yugabyte ? "yb-ts-cli" : null;

    /// <summary>The program of a kind of server.</summary>
    public string ProgramOf(YugabyteKind kind) => kind == YugabyteKind.Master ? Master : Tserver;
}
