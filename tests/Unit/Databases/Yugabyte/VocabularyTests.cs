using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class VocabularyTests
{
    [Fact]
    public void YugabyteDB_vocabulary_has_vendor_names()
    {
        var words = YugabyteVocabulary.Of(new DatabaseRollingUpgradeSpec());
        (words.MasterProgram, words.TserverProgram, words.AdminProgram, words.MasterAddressesFlag)
            .ShouldBe(("yb-master", "yb-tserver", "yb-admin", "--master_addresses"));
        (words.Flag("timeout_ms"), words.Flag("certs_dir_name"), words.UpgradeCatalogCommand, words.ApiPath)
            .ShouldBe(("--timeout_ms", "--certs_dir_name", "upgrade_ysql", "/api/v1"));
    }

    [Fact]
    public void BMDB_vocabulary_has_runbook_names()
    {
        var words = YugabyteVocabulary.Of(Bmdb());
        (words.MasterProgram, words.TserverProgram, words.AdminProgram, words.MasterAddressesFlag)
            .ShouldBe(("mserver", "dbserver", "bm-admin", "-mserver_addresses"));
        (words.Flag("timeout_ms"), words.Flag("certs_dir_name"), words.UpgradeCatalogCommand, words.TabletServersPage)
            .ShouldBe(("-timeout_ms", "-certs_dir_name", "upgrade_bsql", "/tile-servers"));
    }

    [Fact]
    public void Vocabulary_names_can_be_overridden()
    {
        var words = YugabyteVocabulary.Of(Bmdb(new YugabyteNames
        {
            MasterProgram = "a",
            TserverProgram = "b",
            AdminProgram = "c",
            SqlShell = "d",
            MasterAddressesFlag = "--masters",
            UpgradeCatalogCommand = "upgrade",
            TabletServersPage = "/servers",
            ApiPath = "/api/v2/",
        }));
        (words.MasterProgram, words.TserverProgram, words.AdminProgram, words.SqlShell).ShouldBe(("a", "b", "c", "d"));
        (
            words.MasterAddressesFlag, words.Flag("timeout_ms"), words.UpgradeCatalogCommand, words.TabletServersPage,
            words.ApiPath).ShouldBe(("--masters", "--timeout_ms", "upgrade", "/servers", "/api/v2"));
    }

    private static DatabaseRollingUpgradeSpec Bmdb(YugabyteNames? names = null) =>
        new()
        {
            Engine = DatabaseEngine.BMDB,
            Yugabyte = new YugabyteSpec { Names = names ?? new YugabyteNames() },
        };
}
