namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The names of programs, flags and commands: the preset of the dialect
/// (docs/project/research/yugabytedb.md#dialect), with what spec.yugabyte.names says otherwise. Of BMDB only a few
/// names are known; the rest is taken to be as in YugabyteDB, whose spellings are also accepted.</summary>
internal sealed record YugabyteVocabulary
{
    public string MasterProgram { get; private init; } = "";
    public string TserverProgram { get; private init; } = "";
    public string AdminProgram { get; init; } = "yb-admin";
    public string SqlShell { get; init; } = "ysqlsh";

    /// <summary>The admin tool's flag for the masters, with its hyphens.</summary>
    public string MasterAddressesFlag { get; init; } = "--master_addresses";

    public string UpgradeCatalogCommand { get; init; } = "upgrade_ysql";
    public string CatalogVersionCommand { get; init; } = "ysql_catalog_version";
    public string TabletServersPage { get; init; } = "/tablet-servers";
    public string ApiPath { get; init; } = "/api/v1";
    public IReadOnlyList<string> SqlFlags { get; init; } = ["enable_ysql"];
    public string Sql { get; init; } = "YSQL";
    public string Replication { get; init; } = "xCluster";

    public static YugabyteVocabulary Of(DatabaseRollingUpgradeSpec spec)
    {
        var preset = spec.IsBmdb ? Bmdb : new YugabyteVocabulary();
        var names = (spec.Yugabyte ?? new YugabyteSpec()).Names;
        return preset with
        {
            MasterProgram = ProgramNames.Of(spec, DatabaseComponent.Master),
            TserverProgram = ProgramNames.Of(spec, DatabaseComponent.Tserver),
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

    private static YugabyteVocabulary Bmdb { get; } = new()
    {
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
