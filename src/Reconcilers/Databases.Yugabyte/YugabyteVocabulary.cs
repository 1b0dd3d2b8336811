namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The names of programs, flags and commands: the preset of the dialect (docs/research/yugabytedb.md#dialect),
/// with what spec.yugabyte.names says otherwise. Of BMDB only a few names are known; the rest is taken to be as in
/// YugabyteDB, whose spellings are also accepted.</summary>
internal sealed record YugabyteVocabulary
{
    public required string MasterProgram { get; init; }

    public required string TserverProgram { get; init; }

    public required string AdminProgram { get; init; }

    public required string SqlShell { get; init; }

    /// <summary>The admin tool's flag for the masters, with its hyphens.</summary>
    public required string MasterAddressesFlag { get; init; }

    /// <summary>The admin tool's command that upgrades the SQL catalogue.</summary>
    public required string UpgradeCatalogCommand { get; init; }

    /// <summary>The admin tool's command that prints the version of the SQL catalogue.</summary>
    public required string CatalogVersionCommand { get; init; }

    public required string TabletServersPage { get; init; }

    public required string ApiPath { get; init; }

    public required IReadOnlyList<string> SqlFlags { get; init; }

    public required string Sql { get; init; }

    public required string Replication { get; init; }

    public static YugabyteVocabulary Of(DatabaseRollingUpgradeSpec spec)
    {
        var yugabyte = spec.Yugabyte ?? new YugabyteSpec();
        var preset = yugabyte.Dialect == YugabyteDialect.BMDB ? Bmdb : Yugabyte;
        var names = yugabyte.Names;
        return preset with
        {
            MasterProgram = names.MasterProgram ?? preset.MasterProgram,
            TserverProgram = names.TserverProgram ?? preset.TserverProgram,
            AdminProgram = names.AdminProgram ?? preset.AdminProgram,
            SqlShell = names.SqlShell ?? preset.SqlShell,
            MasterAddressesFlag = names.MasterAddressesFlag ?? preset.MasterAddressesFlag,
            UpgradeCatalogCommand = names.UpgradeCatalogCommand ?? preset.UpgradeCatalogCommand,
            TabletServersPage = names.TabletServersPage ?? preset.TabletServersPage,
            ApiPath = (names.ApiPath ?? preset.ApiPath).TrimEnd('/'),
        };
    }

    public string Program(DatabaseComponent component) =>
        component == DatabaseComponent.Master ? MasterProgram : TserverProgram;

    /// <summary>Another flag of the admin tool, with the hyphens of <see cref="MasterAddressesFlag"/>.</summary>
    public string Flag(string name) =>
        $"{(MasterAddressesFlag.StartsWith("--", StringComparison.Ordinal) ? "--" : "-")}{name}";

    private static YugabyteVocabulary Yugabyte { get; } = new()
    {
        MasterProgram = "yb-master",
        TserverProgram = "yb-tserver",
        AdminProgram = "yb-admin",
        SqlShell = "ysqlsh",
        MasterAddressesFlag = "--master_addresses",
        UpgradeCatalogCommand = "upgrade_ysql",
        CatalogVersionCommand = "ysql_catalog_version",
        TabletServersPage = "/tablet-servers",
        ApiPath = "/api/v1",
        SqlFlags = ["enable_ysql"],
        Sql = "YSQL",
        Replication = "xCluster",
    };

    private static YugabyteVocabulary Bmdb { get; } = Yugabyte with
    {
        MasterProgram = "mserver",
        TserverProgram = "dbserver",
        AdminProgram = "bm-admin",
        SqlShell = "bsqlsh",
        MasterAddressesFlag = "-mserver_addresses",
        UpgradeCatalogCommand = "upgrade_bsql",
        CatalogVersionCommand = "bsql_catalog_version",
        TabletServersPage = "/tile-servers",
        SqlFlags = ["enable_bsql", "enable_ysql"],
        Sql = "BSQL",
        Replication = "xDCR",
    };
}
