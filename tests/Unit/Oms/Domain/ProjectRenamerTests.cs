namespace Drydock.Tests.Unit.Oms;

public sealed class ProjectRenamerTests
{
    private static readonly ProjectNameLimits Limits = new(128, 128);

    [Fact]
    public void Oldest_migration_keeps_its_name_others_get_suffixes()
    {
        var plan = Compute(
            [Migration("10", "orders"), Migration("9", "orders"), Sync("2", "ORDERS"), Sync("3", "alone")]);

        plan.Findings.ShouldBeEmpty();
        plan.Renames.ShouldBe(
        [
            new ProjectRename(ProjectKind.Migration, "10", "orders", "orders_m10"),
            new ProjectRename(ProjectKind.Synchronization, "2", "ORDERS", "ORDERS_s2"),
        ]);
    }

    [Fact]
    public void Listed_project_keeps_its_name()
    {
        var plan = Compute([Migration("1", "orders"), Sync("2", "orders")], "Synchronization/2");

        plan.Renames.ShouldHaveSingleItem()
            .ShouldBe(new ProjectRename(ProjectKind.Migration, "1", "orders", "orders_m1"));
    }

    [Fact]
    public void Contradictory_and_unknown_kept_projects_are_findings_and_rename_nothing()
    {
        var plan = Compute(
            [Migration("1", "orders"), Migration("3", "orders"), Sync("2", "x"), Sync("4", "x")], "Migration/1",
            "Migration/3", "Migration/77");

        plan.Renames.ShouldBeEmpty();
        plan.Findings.ShouldAllBe(f => f.Reason == Reasons.InvalidSpec && f.Field == "spec.preflight.keepProjectNames");
        plan.Findings.Count.ShouldBe(2);
        plan.Findings[0].Message.ShouldContain("Migration/77");
        plan.Findings[1].Message.ShouldContain("Migration/1 and Migration/3");
    }

    [Fact]
    public void Kept_unique_name_is_not_a_contradiction() =>
        Compute([Migration("1", "orders"), Migration("2", "orders"), Sync("2", "alone")], "Synchronization/2")
            .Renames.Count.ShouldBe(1);

    [Fact]
    public void Names_in_use_even_by_deleted_projects_are_avoided()
    {
        var plan = Compute([Migration("1", "orders"), Migration("2", "orders"), Sync("8", "Orders_M2"), new OmsProject(
            ProjectKind.Synchronization, "9", "Orders_M2-2 ", "DELETED")]);

        plan.Renames.ShouldHaveSingleItem().NewName.ShouldBe("orders_m2-3");
    }

    [Fact]
    public void Name_that_the_server_reports_as_used_is_avoided() =>
        ProjectRenamer.Compute([Migration("1", "a"), Migration("2", "a")], [], [], Limits, ["a_m2"]).Renames
            .ShouldHaveSingleItem().NewName.ShouldBe("a_m2-2");

    [Fact]
    public void Names_are_cut_between_code_points()
    {
        var plan = ProjectRenamer.Compute(
            [Migration("1", "数据😀😀x"), Migration("22", "数据😀😀x")], [], [], new ProjectNameLimits(8, 8), []);

        plan.Renames.ShouldHaveSingleItem().NewName.ShouldBe("数据😀😀_m22");
    }

    [Fact]
    public void Column_too_short_for_a_new_name_is_a_finding() =>
        ProjectRenamer.Compute([Migration("1", "a"), Migration("2222", "a")], [], [], new ProjectNameLimits(5, 5), [])
            .Findings.ShouldHaveSingleItem().Message.ShouldBeWorded();

    [Fact]
    public void Duplicates_found_by_server_and_operator_are_merged()
    {
        // Under its collation o and ö are one: 1 with 2 by us, 2 with 3 by the server.
        var plan = ProjectRenamer.Compute(
            [Migration("1", "zoo"), Migration("2", "ZOO"), Migration("3", "zöo"), Migration("4", "other")],
            [new DuplicateProjectName("zoo", ["2", "3"], [])],
            [],
            Limits,
            []);

        plan.Renames.Select(rename => rename.Id).ShouldBe(["2", "3"]);
    }

    [Fact]
    public void Deleted_projects_keep_their_names() =>
        Compute([Migration("1", "a"), new OmsProject(ProjectKind.Migration, "2", "a", "DELETED")]).Renames
            .ShouldBeEmpty();

    [Fact]
    public void Too_many_duplicates_are_a_finding() =>
        Compute([.. Enumerable.Range(1, 502).Select(
            id => Migration(id.ToString(System.Globalization.CultureInfo.InvariantCulture), "a"))])
            .Findings.ShouldHaveSingleItem().Message.ShouldContain("501 projects");

    private static ProjectRenamePlan Compute(IReadOnlyCollection<OmsProject> all, params string[] keep) =>
        ProjectRenamer.Compute(all, ProjectNames.Duplicates(all), keep, Limits, []);

    private static OmsProject Migration(string id, string name) => new(ProjectKind.Migration, id, name, "RUNNING");

    private static OmsProject Sync(string id, string name) => new(ProjectKind.Synchronization, id, name, "SUSPEND");
}
