using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

public sealed class ProjectNamesTests
{
    [Fact]
    public void Duplicates_are_found_in_each_list_and_across_both()
    {
        var duplicates = ProjectNames.Duplicates(
        [
            Migration("1", "orders"), Migration("2", "orders"), Migration("3", "users"), Migration("4", "stock"),
            Sync("1", "users"), Sync("2", "mail"), Sync("3", "mail "), Sync("4", "STOCK"), Sync("5", "alone"),
        ]);

        duplicates.Select(duplicate => (duplicate.Name, string.Join(",", duplicate.MigrationIds), string.Join(",", duplicate.SyncIds), duplicate.AcrossTables)).ShouldBe(
        [
            ("mail", "", "2,3", false),
            ("orders", "1,2", "", false),
            ("stock", "4", "4", true),
            ("users", "3", "1", true),
        ]);
    }

    [Fact]
    public void Deleted_projects_do_not_count() =>
        ProjectNames.Duplicates([Migration("1", "orders"), new OmsProject(OmsProjectKind.Migration, "2", "orders", "DELETED")]).ShouldBeEmpty();

    [Fact]
    public void The_finding_names_the_tables_and_ids_and_the_way_out()
    {
        var finding = ProjectNames.Findings(ProjectNames.Duplicates([Migration("7", "users"), Sync("9", "users")])).ShouldHaveSingleItem();

        finding.Reason.ShouldBe("DuplicateProjectNames");
        finding.Message.ShouldContain("'users'");
        finding.Message.ShouldContain("oms_project) 7");
        finding.Message.ShouldContain("oms_sync_project) 9");
        finding.Message.ShouldContain("Rename");
    }

    private static OmsProject Migration(string id, string name) => new(OmsProjectKind.Migration, id, name, "RUNNING");

    private static OmsProject Sync(string id, string name) => new(OmsProjectKind.Sync, id, name, "SUSPEND");
}
