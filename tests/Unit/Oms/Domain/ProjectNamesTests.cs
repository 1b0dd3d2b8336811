namespace Drydock.Tests.Unit.Oms;

public sealed class ProjectNamesTests
{
    [Fact]
    public void Duplicates_are_found_in_each_table_and_across_both()
    {
        var duplicates = ProjectNames.Duplicates(
        [
            Migration("1", "orders"), Migration("2", "orders"), Migration("3", "users"), Migration("4", "stock"),
            Sync("1", "users"), Sync("2", "mail"), Sync("3", "mail "), Sync("4", "STOCK"), Sync("5", "alone"),
        ]);

        duplicates.Select(duplicate => (
            duplicate.Name, string.Join(",", duplicate.MigrationIds), string.Join(",", duplicate.SyncIds),
            duplicate.MigrationIds.Count > 0 && duplicate.SyncIds.Count > 0)).ShouldBe(
        [
            ("mail", "", "2,3", false),
            ("orders", "1,2", "", false),
            ("stock", "4", "4", true),
            ("users", "3", "1", true),
        ]);
    }

    [Fact]
    public void Deleted_projects_do_not_count() =>
        ProjectNames.Duplicates([Migration("1", "orders"), new OmsProject(
            ProjectKind.Migration, "2", "orders", "DELETED")]).ShouldBeEmpty();

    [Fact]
    public void Duplicate_message_names_tables_and_ids()
    {
        var message = ProjectNames.Duplicates([Migration("7", "users"), Sync("9", "users")])
            .ShouldHaveSingleItem().Message;

        message.ShouldContain("'users'");
        message.ShouldContain("oms_project) 7");
        message.ShouldContain("oms_sync_project) 9");
    }

    private static OmsProject Migration(string id, string name) => new(ProjectKind.Migration, id, name, "RUNNING");

    private static OmsProject Sync(string id, string name) => new(ProjectKind.Synchronization, id, name, "SUSPEND");
}
