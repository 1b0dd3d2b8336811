using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Integration.Oms.Metadata;

[Collection(MetadataServerCollection.Name)]
public sealed class OmsTablesTests(MetadataServer server)
{
    private const string Projects = "CREATE TABLE oms_project (id bigint PRIMARY KEY, project_name varchar(128) "
        + "COLLATE utf8mb4_general_ci, project_status varchar(32))";
    private const string SyncProjects = "CREATE TABLE oms_sync_project (id varchar(64) PRIMARY KEY, project_name "
        + "varchar(128) COLLATE utf8mb4_bin, project_status varchar(32))";
    private const string Sequence =
        "CREATE TABLE heatbeat_sequence (id bigint(20) NOT NULL AUTO_INCREMENT, gmt_created datetime NOT NULL, "
        + "gmt_modified datetime NOT NULL, PRIMARY KEY (id)) DEFAULT CHARSET=utf8";

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Projects_of_both_tables_are_read_without_deleted_and_limited()
    {
        var database = await server.DatabaseAsync(
            Projects,
            SyncProjects,
            "INSERT INTO oms_project VALUES (1, 'a', 'RUNNING'), (2, 'b', 'DELETED'), (3, 'c', NULL), (4, 'd', "
            + "'SUSPEND')",
            "INSERT INTO oms_sync_project VALUES ('sp_1', '同步', 'RUNNING')");

        var all = await server.Root.ProjectsAsync(database, 100, None);
        all.Projects.Select(project => $"{project.Kind} {project.Id} {project.Name} {project.Status}")
            .ShouldBe([
                "Migration 1 a RUNNING", "Migration 3 c ", "Migration 4 d SUSPEND", "Synchronization sp_1 同步 RUNNING"]);
        (all.Total, all.Truncated).ShouldBe((4, false));

        var capped = await server.Root.ProjectsAsync(database, 2, None);
        (capped.Projects.Count, capped.Total, capped.Truncated).ShouldBe((3, 4, true));

        (await server.Root.ProjectsAsync(await server.DatabaseAsync(), 2, None)).Projects.ShouldBeEmpty();
    }

    [Fact]
    public async Task Duplicate_names_are_found_by_collation_and_across_tables()
    {
        var database = await server.DatabaseAsync(
            Projects,
            SyncProjects,
            "INSERT INTO oms_project VALUES (1, 'orders', 'RUNNING'), (2, 'ORDERS', 'SUSPEND'), (3, 'café', "
            + "'RUNNING'), (4, 'cafe', 'RUNNING'), (5, 'users', 'RUNNING'), (6, 'gone', 'DELETED'), (7, 'gone', "
            + "'RUNNING'), (8, NULL, 'RUNNING'), (9, 'Café', 'RUNNING')",
            "INSERT INTO oms_sync_project VALUES ('s1', 'users', 'RUNNING'), ('s2', 'gone', 'DELETED'), ('s3', 'mail', "
            + "'RUNNING'), ('s4', 'mail', 'FAILED')");

        var duplicates = await server.Root.DuplicateProjectsAsync(database, None);

        duplicates.Select(duplicate => $"{duplicate.Name}: {string.Join(',', duplicate.MigrationIds)} / "
            + $"{string.Join(',', duplicate.SyncIds)}").Order(StringComparer.Ordinal)
            .ShouldBe(["café: 3,4,9 / ", "mail:  / s3,s4", "orders: 1,2 / ", "users: 5 / s1"]);
        (await server.Root.DuplicateProjectsAsync(await server.DatabaseAsync(Projects), None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Writers_of_another_region_are_returned_with_identifying_columns_only()
    {
        var database = await server.DatabaseAsync(
            "CREATE TABLE config_job (id bigint PRIMARY KEY, job_id varchar(64), job_name varchar(64), `key` "
            + "varchar(128), `value` varchar(1024), password varchar(64))",
            "INSERT INTO config_job VALUES (1, 'j1', 'n1', 'sourceFile.blackRegionNo', '2', 'canary'), (2, 'j2', NULL, "
            + "'sourceFile.blackRegionNo', '1', ''), (3, 'j3', 'n3', 'other', '2', '')");

        (await server.Root.CascadedWritersAsync(database, 1, None))
            .ShouldBe([new CascadedWriter("2", "id=1, job_id=j1, job_name=n1")]);
        (await server.Root.CascadedWritersAsync(database, 2, None)).ShouldHaveSingleItem().Value.ShouldBe("1");
    }

    [Fact]
    public async Task Hosts_regions_and_heartbeat_ages_are_read()
    {
        var database = await server.DatabaseAsync(
            "CREATE TABLE host (ip varchar(32), host_status varchar(32), resource_group_id bigint)",
            "INSERT INTO host VALUES ('192.0.2.2', 'ONLINE', 1), ('192.0.2.1', 'OFFLINE', 1)",
            "CREATE TABLE cluster_info (region varchar(32), region_cn varchar(32), cm_url varchar(128), code int, "
            + "is_default_cm tinyint(1), also bit(1))",
            "INSERT INTO cluster_info VALUES ('cn-hangzhou', '杭州', 'http://192.0.2.1:8088', 1, 1, 1), ('cn-x', NULL, "
            + "'u', 2, 0, 0)",
            "CREATE TABLE heart_beat (task_name varchar(32), task_type varchar(32), host_ip varchar(32), gmt_created "
            + "datetime, gmt_modified datetime)",
            "INSERT INTO heart_beat VALUES ('supervisor', 'HOST', '192.0.2.1', NOW(), NOW() - INTERVAL 2 HOUR), "
            + "('store', 'X', '192.0.2.9', NOW(), NOW()), ('supervisor', 'HOST', '192.0.2.2', NOW(), NULL)");

        (await server.Root.HostsAsync(database, None))
            .ShouldBe([new MetadataHost("192.0.2.1", "OFFLINE"), new MetadataHost("192.0.2.2", "ONLINE")]);
        (await server.Root.ClusterInfoAsync(database, None)).ShouldBe(
            [new ClusterInfoRow("cn-hangzhou", "1", true), new ClusterInfoRow("cn-x", "2", false)]);
        await server.ExecuteAsync(
            $"ALTER TABLE {MetadataServer.Quote(database)}.cluster_info MODIFY is_default_cm bit(1)");
        (await server.Root.ClusterInfoAsync(database, None)).Select(row => row.IsDefault).ShouldBe([true, false]);
        var beats = await server.Root.HeartbeatsAsync(database, None);
        beats.Select(beat => beat.HostIp).ShouldBe(["192.0.2.1", "192.0.2.2"]);
        ((int)beats[0].Age.TotalHours).ShouldBe(2);
        beats[1].Age.ShouldBe(TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Heartbeat_sequence_keeps_newest_row_and_continues_counting()
    {
        var (database, newest) = await FilledAsync();
        await using var held = (await server.Root.TryLockAsync("trim", TimeSpan.Zero, None)).ShouldNotBeNull();
        (await server.Root.HeartbeatSequenceAsync(database, None)).Next.ShouldBe(TrimStatement.CreateCopy);

        await server.Root.TrimHeartbeatSequenceAsync(held, database, None);
        await server.Root.TrimHeartbeatSequenceAsync(held, database, None);

        await IsTrimmedAsync(database, newest);
        var table = $"{MetadataServer.Quote(database)}.heatbeat_sequence";
        await server.ExecuteAsync($"INSERT INTO {table} (gmt_created, gmt_modified) VALUES (NOW(), NOW())");
        int.Parse((await server.ScalarAsync($"SELECT MAX(id) FROM {table}"))!, CultureInfo.InvariantCulture)
            .ShouldBeGreaterThan(int.Parse(newest, CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("CREATE TABLE {new} LIKE {main}")]
    [InlineData("CREATE TABLE {new} LIKE {main}; INSERT INTO {new} SELECT * FROM {main} ORDER BY id DESC LIMIT 1")]
    [InlineData("CREATE TABLE {new} LIKE {main}; INSERT INTO {new} SELECT * FROM {main} ORDER BY id LIMIT 1")]
    [InlineData(
        "CREATE TABLE {new} LIKE {main}; INSERT INTO {new} SELECT * FROM {main} ORDER BY id DESC LIMIT 1; RENAME TABLE "
        + "{main} TO {old}, {new} TO {main}")]
    [InlineData("CREATE TABLE {new} LIKE {main}; RENAME TABLE {main} TO {old}, {new} TO {main}")]
    [InlineData(
        "CREATE TABLE {new} LIKE {main}; INSERT INTO {new} SELECT * FROM {main} ORDER BY id DESC LIMIT 1; RENAME TABLE "
        + "{main} TO {old}")]
    [InlineData("RENAME TABLE {main} TO {old}")]
    [InlineData("RENAME TABLE {main} TO {new}")]
    public async Task Interrupted_heartbeat_trim_is_completed(string done)
    {
        var (database, newest) = await FilledAsync();
        foreach (var statement in done.Split("; "))
        {
            await server.ExecuteAsync(statement
                .Replace(
                    "{main}", $"{MetadataServer.Quote(database)}.{SequenceTables.MainName}", StringComparison.Ordinal)
                .Replace(
                    "{new}", $"{MetadataServer.Quote(database)}.{SequenceTables.CopyName}", StringComparison.Ordinal)
                .Replace(
                    "{old}", $"{MetadataServer.Quote(database)}.{SequenceTables.OldName}", StringComparison.Ordinal));
        }

        await using var held = (await server.Root.TryLockAsync($"trim-{database}", TimeSpan.Zero, None))
            .ShouldNotBeNull();
        await server.Root.TrimHeartbeatSequenceAsync(held, database, None);

        await IsTrimmedAsync(database, newest);
    }

    [Fact]
    public async Task Heartbeat_trim_of_empty_table_and_lost_lock_changes_nothing()
    {
        var database = await server.DatabaseAsync(Sequence);
        await using var held = (await server.Root.TryLockAsync("trim-2", TimeSpan.Zero, None)).ShouldNotBeNull();

        await server.Root.TrimHeartbeatSequenceAsync(held, database, None);
        await server.Root.TrimHeartbeatSequenceAsync(held, await server.DatabaseAsync(), None);
        await server.ExecuteAsync(
            $"INSERT INTO {MetadataServer.Quote(database)}.heatbeat_sequence (gmt_created, gmt_modified) VALUES "
            + "(NOW(), NOW()), (NOW(), NOW()), (NOW(), NOW())");
        await server.Root.EndSessionsAsync([held.ConnectionId], None);
        (await Should.ThrowAsync<OmsMetadataException>(() => server.Root.TrimHeartbeatSequenceAsync(
            held, database, None))).Kind.ShouldBe(OmsMetadataErrorKind.LockLost);
        (await server.ScalarAsync($"SELECT COUNT(*) FROM {MetadataServer.Quote(database)}.heatbeat_sequence"))
            .ShouldBe("3");
    }

    private async Task<(string Database, string Newest)> FilledAsync()
    {
        var database = await server.DatabaseAsync(
            Sequence,
            "INSERT INTO heatbeat_sequence (gmt_created, gmt_modified) SELECT NOW(), NOW() FROM seq_1_to_25001");
        return (database, (await server.ScalarAsync(
            $"SELECT MAX(id) FROM {MetadataServer.Quote(database)}.heatbeat_sequence"))!);
    }

    private async Task IsTrimmedAsync(string database, string newest)
    {
        (await server.Root.HeartbeatSequenceAsync(database, None)).ShouldBe(new SequenceTables(
            new SequenceTable(long.Parse(newest, CultureInfo.InvariantCulture), HasMore: false), null, null));
        (await server.ScalarAsync($"SELECT COUNT(*) FROM {MetadataServer.Quote(database)}.heatbeat_sequence"))
            .ShouldBe("1");
    }
}
