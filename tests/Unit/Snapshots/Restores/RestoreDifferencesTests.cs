namespace Drydock.Tests.Unit.Snapshots;

/// <summary>A definition that is printed differently after a load is a warning with both texts.</summary>
public sealed class RestoreDifferencesTests
{
    private readonly RestoreWorld _world = new();

    [Fact]
    public async Task Differing_definition_is_in_status_and_restore_succeeds()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Warnings.AddRange(Enumerable.Range(0, 25).Select(
            i => new SnapshotFinding(SnapshotFailure.CatalogueMismatch, "cm", $"cm: view v{i} {new string('x', 2000)}")
            {
                IsWarning = true
            }));
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);

        var status = await _world.StatusAsync();
        status.Databases.Single(d => d.Name == "rm").Differences.ShouldBeEmpty();
        var shown = status.Databases.Single(d => d.Name == "cm").Differences;
        shown.Count.ShouldBe(20);
        shown[0].ShouldStartWith("cm: view v0");
        shown.ShouldAllBe(d => d.Length <= 1024);
        shown[^1].ShouldContain("6 more");
        status.Message.ShouldBeWorded();
        status.Standing(ConditionTypes.Ready).ShouldBe("True/Succeeded");
    }

    [Fact]
    public void Comparison_shows_both_texts_from_first_difference_and_fails_only_for_names_and_rows()
    {
        var before = Content("CREATE TABLE `t` (\n  `a` int\n) ENGINE=InnoDB", "1", rows: 3);
        var after = Content("CREATE TABLE `t` (\n  `a` int\n) ENGINE=oceanbase BLOCK_SIZE=16384", "2", rows: 2);

        var findings = CatalogueComparison.ServerAgainst(before, after, definitions: true);

        findings.Select(f => (f.Failure, f.IsWarning)).ShouldBe(
            [(SnapshotFailure.CatalogueMismatch, true), (SnapshotFailure.RowCountMismatch, false)], ignoreOrder: true);
        findings.Single(f => f.IsWarning).Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain("tables t is printed differently"),
            m => m.ShouldContain("ENGINE=InnoDB"),
            m => m.ShouldContain("ENGINE=oceanbase BLOCK_SIZE=16384"));
    }

    [Theory]
    [InlineData("utf8mb3", "utf8mb3_general_ci", 0)]
    [InlineData("utf8mb4", "utf8mb4_general_ci", 2)]
    public void Comparison_takes_utf8_for_utf8mb3(string set, string collation, int differences)
    {
        var former = Content("", "1", rows: 0) with { CharacterSet = "utf8", Collation = "utf8_general_ci" };
        var present = former with { CharacterSet = set, Collation = collation };

        CatalogueComparison.ServerAgainst(former, present, definitions: true).Count.ShouldBe(differences);
        CatalogueComparison.ServerAgainst(present, former, definitions: true).Count.ShouldBe(differences);
    }

    [Fact]
    public void Manifest_of_encrypted_snapshot_has_no_definitions()
    {
        var database = Content("CREATE TABLE `t` (`a` int)", "1", rows: 0);

        StoredDefinitions.Within([database], encrypted: true)[0].Tables[0].ShouldBe(new SnapshotTable("t", 0, "1"));
        StoredDefinitions.Within([database], encrypted: false)[0].Tables[0].Definition
            .ShouldBe("CREATE TABLE `t` (`a` int)");
    }

    private static ManifestDatabase Content(string definition, string hash, long rows) => new()
    {
        Name = "rm",
        CharacterSet = "utf8mb4",
        Collation = "utf8mb4_bin",
        File = new SnapshotFile("rm.sql.gz", "gzip", 1, 1, "0", 1),
        Tables = [new SnapshotTable("t", rows, hash) { Definition = definition }],
        Views = [],
        Routines = [],
        Triggers = [],
        Events = [],
        Sequences = [],
    };
}
