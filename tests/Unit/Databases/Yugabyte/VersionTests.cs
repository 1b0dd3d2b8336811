using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class VersionTests
{
    [Theory]
    [InlineData("2.18.4.0-b52", "2.18.4.0-b52")]
    [InlineData("v2.18.4", "2.18.4.0")]
    [InlineData("2024.1", "2024.1.0.0")]
    public void YugabyteVersion_is_parsed_with_or_without_build(string text, string expected) =>
        YugabyteVersion.Parse(text).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("2.18.x")]
    [InlineData("2.18.4.0-rc1")]
    [InlineData("2.18.4.0.9")]
    public void Invalid_YugabyteVersion_is_refused(string text) =>
        YugabyteVersion.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("2.18.4.0-b52", "2.18.4.0-b53")]
    [InlineData("2.18.9", "2.20.0")]
    [InlineData("2.20.7", "2024.1.0")]
    [InlineData("2.8.0", "2.14.0")]
    public void YugabyteVersions_are_ordered_by_number(string earlier, string later) =>
        (YugabyteVersion.Parse(earlier) < YugabyteVersion.Parse(later)).ShouldBeTrue();

    [Theory]
    [InlineData("2.18.4", "2.18.4.0-b52", true)]
    [InlineData("2.18.4.0-b52", "2.18.4.0-b52", true)]
    [InlineData("2.18.4.0-b52", "2.18.4.0-b53", false)]
    [InlineData("2.18.4", "2.18.4.1-b1", false)]
    public void YugabyteVersion_covers_running_version_with_equal_numbers(
        string version, string running, bool expected) =>
        YugabyteVersion.Parse(version).Covers(YugabyteVersion.Parse(running)).ShouldBe(expected);

    [Theory]
    [InlineData("2.16.9", false)]
    [InlineData("2.17.1", true)]
    [InlineData("2.18.0", true)]
    public void AutoFlags_exist_from_2_17_on(string version, bool expected) =>
        YugabyteFeatures.HasAutoFlags(YugabyteVersion.Parse(version)).ShouldBe(expected);

    [Theory]
    [InlineData("2.20.3.0-b7", false)]
    [InlineData("2.20.3.0-b8", true)]
    [InlineData("2.21.0.0-b189", false)]
    [InlineData("2.21.0.0-b190", true)]
    [InlineData("2024.1.0", true)]
    [InlineData("2.18.9", false)]
    public void NodesSafe_check_exists_from_own_release_of_each_series(string version, bool expected) =>
        YugabyteFeatures.HasNodesSafe(YugabyteVersion.Parse(version)).ShouldBe(expected);

    [Theory]
    [InlineData(DatabaseEngine.YugabyteDB, "2.20.1", false)]
    [InlineData(DatabaseEngine.YugabyteDB, "2.20.2", true)]
    [InlineData(DatabaseEngine.YugabyteDB, "2024.1.1", true)]
    [InlineData(DatabaseEngine.BMDB, "2024.1.1", false)]
    public void CanRollBack_is_true_only_for_YugabyteDB_from_2_20_2(
        DatabaseEngine engine, string from, bool expected) =>
        YugabyteFeatures.CanRollBack(engine == DatabaseEngine.BMDB, YugabyteVersion.Parse(from)).ShouldBe(expected);

    [Theory]
    [InlineData("2.6.0", "2.14.0", false)]
    [InlineData("2.8.0", "2.14.0", true)]
    [InlineData("2.8.0", "2.11.0", false)]
    public void Catalog_is_upgraded_for_clusters_from_2_8_on(string from, string to, bool expected) =>
        YugabyteFeatures.UpgradesCatalog(YugabyteVersion.Parse(from), YugabyteVersion.Parse(to)).ShouldBe(expected);

    [Theory]
    [InlineData("2.18.4", DatabaseEngine.YugabyteDB, null, ReplicationMode.PauseBothSides)]
    [InlineData("2.20.0", DatabaseEngine.YugabyteDB, null, ReplicationMode.TargetFirst)]
    [InlineData("2.20.0", DatabaseEngine.BMDB, null, ReplicationMode.PauseBothSides)]
    [InlineData("2.20.0", DatabaseEngine.YugabyteDB, ReplicationMode.PauseBothSides, ReplicationMode.PauseBothSides)]
    public void Replication_mode_follows_source_version_unless_spec_sets_it(
        string from, DatabaseEngine engine, ReplicationMode? given, ReplicationMode expected) =>
        YugabyteFeatures.Replication(
            new DatabaseRollingUpgradeSpec
            {
                Engine = engine,
                Yugabyte = new YugabyteSpec { Replication = new ReplicationSpec { Mode = given } },
            },
            YugabyteVersion.Parse(from)).ShouldBe(expected);

    [Theory]
    [InlineData("2024.2.3", 11)]
    [InlineData("2025.1.0", 15)]
    [InlineData("2.24.0", 11)]
    [InlineData("2.25.0", 15)]
    public void PostgreSQL_15_came_with_2_25_and_2025_1(string version, int expected) =>
        YugabyteFeatures.PostgresMajor(YugabyteVersion.Parse(version)).ShouldBe(expected);

    [Fact]
    public void Invalid_fromVersion_is_a_finding()
    {
        YugabyteUpgradePath.Of(Spec("new", "2.20.7", DatabaseEngine.YugabyteDB), out var findings).ShouldBeNull();
        findings.ShouldHaveSingleItem().Field.ShouldBe("spec.fromVersion");
    }

    private static DatabaseRollingUpgradeSpec Spec(string from, string to, DatabaseEngine engine) =>
        new() { FromVersion = from, ToVersion = to, Engine = engine };
}
