using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Integration.Oms.Metadata;

/// <summary>Renaming projects, on a real server.</summary>
[Collection(MetadataServerCollection.Name)]
public sealed class ProjectNamesTests(MetadataServer server)
{
    private const string Projects = "CREATE TABLE oms_project (id bigint PRIMARY KEY, project_name varchar(32) COLLATE "
        + "utf8mb4_general_ci, project_status varchar(32)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4";
    private const string SyncProjects = "CREATE TABLE oms_sync_project (id varchar(64) PRIMARY KEY, project_name "
        + "varchar(20) COLLATE utf8mb4_bin, project_status varchar(32)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4";

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task ProjectNames_are_read_with_length_limits()
    {
        var database = await DatabaseAsync();

        var read = await server.Root.ProjectNamesAsync(database, None);

        read.Projects.Select(p => $"{p.Kind} {p.Id} {p.Name} {p.Status}").ShouldBe(
            [
                "Migration 1 订单 RUNNING", "Migration 2 订单 SUSPEND", "Migration 3 gone DELETED",
                "Synchronization s1 订单 RUNNING", "Synchronization s2 alone RUNNING"
            ]);
        (read.Limits, read.Truncated).ShouldBe((new ProjectNameLimits(32, 20), false));
        (await server.Root.ProjectNamesAsync(await server.DatabaseAsync(SyncProjects), None)).Limits
            .ShouldBe(new ProjectNameLimits(20, 20));
        (await server.Root.ProjectNamesAsync(await server.DatabaseAsync(), None)).Projects.ShouldBeEmpty();
    }

    [Fact]
    public async Task NamesInUse_follow_the_collation_of_each_table()
    {
        var database = await DatabaseAsync();

        (await server.Root.NamesInUseAsync(database, ["GÖNE", "ALONE", "alone", "free"], None))
            .ShouldBe(["GÖNE", "alone"]);
    }

    [Fact]
    public async Task Project_renames_are_applied_and_reversed_at_once()
    {
        var database = await DatabaseAsync();
        var read = await server.Root.ProjectNamesAsync(database, None);
        var renames = ProjectRenamer.Compute(
            read.Projects, await server.Root.DuplicateProjectsAsync(database, None), [], read.Limits, []).Renames;
        await using var held = await LockAsync();

        (await server.Root.RenameProjectsAsync(held, database, renames, mustBeFree: true, None)).ShouldBeEmpty();

        (await server.Root.DuplicateProjectsAsync(database, None)).ShouldBeEmpty();
        (await server.Root.ProjectsByIdAsync(database, [.. renames.Select(r => (r.Kind, r.Id))], None))
            .Select(p => p.Name).ShouldBe(["订单_m2", "订单_ss1"]);
        (await server.Root.RenameProjectsAsync(held, database, renames, mustBeFree: true, None)).Count.ShouldBe(2);
        (await server.Root.RenameProjectsAsync(
            held, database, [.. renames.Select(r => r.Reverse())], mustBeFree: false, None)).ShouldBeEmpty();
        (await server.Root.ProjectNamesAsync(database, None)).Projects.ShouldBe(read.Projects);
    }

    [Theory]
    [InlineData("2", "other", "订单_m2", "is not named 'other' any more")]
    [InlineData("9", "订单", "订单_m9", "or does not exist")]
    [InlineData("2", "订单", "GONE", "belongs to Migration/3")]
    public async Task Failed_rename_leaves_all_projects_unchanged(
        string id, string oldName, string newName, string says)
    {
        var database = await DatabaseAsync();
        var before = (await server.Root.ProjectNamesAsync(database, None)).Projects;
        await using var held = await LockAsync();

        var problems = await server.Root.RenameProjectsAsync(
            held, database,
            [new(ProjectKind.Synchronization, "s1", "订单", "订单_s1"), new(ProjectKind.Migration, id, oldName, newName)],
            mustBeFree: true, None);

        problems.ShouldHaveSingleItem().ShouldContain(says);
        (await server.Root.ProjectNamesAsync(database, None)).Projects.ShouldBe(before);
    }

    [Fact]
    public async Task Too_long_project_name_leaves_all_projects_unchanged()
    {
        var database = await DatabaseAsync();
        var before = (await server.Root.ProjectNamesAsync(database, None)).Projects;
        ProjectRename[] renames =
        [
            new(ProjectKind.Migration, "2", "订单", "订单_m2"),
            new(ProjectKind.Synchronization, "s1", "订单", new string('单', 21))
        ];
        await using (var held = await LockAsync())
        {
            await Should.ThrowAsync<OmsMetadataException>(
                () => server.Root.RenameProjectsAsync(held, database, renames, mustBeFree: true, None));
        }

        (await server.Root.ProjectNamesAsync(database, None)).Projects.ShouldBe(before);
        var mode = await server.ScalarAsync("SELECT @@global.sql_mode");
        await server.ExecuteAsync("SET GLOBAL sql_mode = ''");
        try
        {
            await using var held = await LockAsync();
            (await server.Root.RenameProjectsAsync(held, database, renames, mustBeFree: true, None))
                .ShouldHaveSingleItem().ShouldContain("reads back differently");
        }
        finally
        {
            await server.ExecuteAsync($"SET GLOBAL sql_mode = '{mode}'");
        }

        (await server.Root.ProjectNamesAsync(database, None)).Projects.ShouldBe(before);
    }

    [Fact]
    public async Task Projects_are_not_renamed_after_lost_lock()
    {
        var database = await DatabaseAsync();
        await using var held = await LockAsync();
        await server.Root.EndSessionsAsync([held.ConnectionId], None);

        (await Should.ThrowAsync<OmsMetadataException>(() =>
            server.Root.RenameProjectsAsync(
                held, database, [new(ProjectKind.Migration, "2", "订单", "x")], mustBeFree: true, None))).Kind
            .ShouldBe(OmsMetadataErrorKind.LockLost);
        (await server.Root.ProjectsByIdAsync(database, [(ProjectKind.Migration, "2")], None)).ShouldHaveSingleItem()
            .Name.ShouldBe("订单");
    }

    [Fact]
    public async Task HaConfigInsertProblem_is_known_before_the_insert()
    {
        (await server.Root.HaConfigInsertProblemAsync(await server.DatabaseAsync(), None)).ShouldNotBeNull()
            .ShouldContain("oms_normal_config does not exist");
        var fits = await server.DatabaseAsync(
            "CREATE TABLE oms_normal_config (id int AUTO_INCREMENT PRIMARY KEY, cfg_name varchar(64) NOT NULL, "
            + "cfg_value text, module varchar(64) NOT NULL, gmt_created datetime NOT NULL)");
        (await server.Root.HaConfigInsertProblemAsync(fits, None)).ShouldBeNull();
        var odd = await server.DatabaseAsync(
            "CREATE TABLE oms_normal_config (cfg_name varchar(64) NOT NULL, cfg_value text, kind set('a','b') "
            + "NOT NULL)");
        (await server.Root.HaConfigInsertProblemAsync(odd, None)).ShouldNotBeNull().ShouldContain("kind (set)");
    }

    private Task<string> DatabaseAsync() => server.DatabaseAsync(
        Projects,
        SyncProjects,
        "INSERT INTO oms_project VALUES (1, '订单', 'RUNNING'), (2, '订单', 'SUSPEND'), (3, 'gone', 'DELETED')",
        "INSERT INTO oms_sync_project VALUES ('s1', '订单', 'RUNNING'), ('s2', 'alone', 'RUNNING')");

    private async Task<IMetadataLock> LockAsync() =>
        (await server.Root.TryLockAsync($"names-{Guid.NewGuid():N}", TimeSpan.FromSeconds(5), None)).ShouldNotBeNull();
}
