using System.Text.RegularExpressions;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Integration.Oms.Metadata;

[Collection(MetadataServerCollection.Name)]
public sealed class HaConfigRowTests(MetadataServer server)
{
    private const string Table = "CREATE TABLE oms_normal_config (id bigint AUTO_INCREMENT PRIMARY KEY, cfg_name "
        + "varchar(128) NOT NULL, cfg_value text NOT NULL)";
    private const string Chinese = """{"enable":true,"说明":"心跳 \\ ' \" %","x":1.50}""";

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Absent_table_absent_row_and_present_row_are_told_apart()
    {
        var nothing = await server.DatabaseAsync();
        var empty = await server.DatabaseAsync(
            Table, "INSERT INTO oms_normal_config (cfg_name, cfg_value) VALUES ('other', '{}')");
        var full = await WithRowAsync(Chinese);

        (await server.Root.ReadHaConfigAsync(nothing, None)).ShouldBe(new HaConfigRow(false, null, false));
        (await server.Root.ReadHaConfigAsync(empty, None)).ShouldBe(new HaConfigRow(false, null));
        (await server.Root.ReadHaConfigAsync(full, None)).ShouldBe(new HaConfigRow(true, Chinese));
    }

    [Fact]
    public async Task HaConfig_is_written_only_over_the_value_that_was_read()
    {
        var database = await WithRowAsync(Chinese);
        var off = HaConfig.Parse(Chinese).Disabled().Raw;

        (await server.Root.CompareAndSwapHaConfigAsync(database, Chinese, off, None)).ShouldBeTrue();
        (await server.Root.ReadHaConfigAsync(database, None)).Raw.ShouldBe(off);
        (await server.Root.CompareAndSwapHaConfigAsync(database, Chinese, "{}", None)).ShouldBeFalse();
        (await server.Root.ReadHaConfigAsync(database, None)).Raw.ShouldBe(off);
    }

    [Theory]
    [InlineData("""{"Enable":true}""")] // another case, which the collation holds for equal
    [InlineData("""{"enable":true} """)] // a space at the end, as well
    [InlineData("""{"enable":tru}""")]
    [InlineData("")]
    public async Task HaConfig_is_compared_byte_for_byte(string expected)
    {
        var database = await WithRowAsync("""{"enable":true}""");

        (await server.Root.CompareAndSwapHaConfigAsync(database, expected, """{"enable":false}""", None))
            .ShouldBeFalse();
    }

    [Fact]
    public async Task HaConfig_swap_succeeds_if_new_value_is_already_stored()
    {
        var database = await WithRowAsync(Chinese);

        (await server.Root.CompareAndSwapHaConfigAsync(database, Chinese, Chinese, None)).ShouldBeTrue();
        (await server.Root.CompareAndSwapHaConfigAsync(database, "{}", Chinese, None)).ShouldBeTrue();
        (await server.Root.CompareAndSwapHaConfigAsync(await server.DatabaseAsync(Table), "{}", "{}", None))
            .ShouldBeFalse();
    }

    [Theory]
    [InlineData("text CHARACTER SET gbk")]
    [InlineData("varchar(2000) CHARACTER SET utf8mb3")]
    [InlineData("longtext COLLATE utf8mb4_bin")]
    [InlineData("longblob")]
    [InlineData("json")]
    public async Task HaConfig_swap_works_with_any_column_character_set(string type)
    {
        var database = await server.DatabaseAsync(
            Table, $"ALTER TABLE oms_normal_config MODIFY cfg_value {type} NOT NULL", Insert(Chinese));
        var on = HaConfig.Parse(Chinese).Disabled().Enabled(null, true, 95, true).Raw;

        var read = (await server.Root.ReadHaConfigAsync(database, None)).Raw.ShouldNotBeNull();

        read.ShouldBe(Chinese);
        (await server.Root.CompareAndSwapHaConfigAsync(database, read, on, None)).ShouldBeTrue();
        (await server.Root.ReadHaConfigAsync(database, None)).Raw.ShouldBe(on);
    }

    [Fact]
    public async Task HaConfig_writes_work_with_any_sql_mode_and_autocommit()
    {
        var database = await WithRowAsync("""{"enable":true,"path":"a\\b'c"}""");
        var mode = await server.ScalarAsync("SELECT @@global.sql_mode");
        await server.ExecuteAsync(
            "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'", "SET GLOBAL autocommit = 0");
        try
        {
            (await server.Root.CompareAndSwapHaConfigAsync(
                database, """{"enable":true,"path":"a\\b'c"}""", """{"enable":false,"path":"a\\b'c"}""", None))
                .ShouldBeTrue();
            (await server.Root.ReadHaConfigAsync(database, None)).Raw.ShouldBe("""{"enable":false,"path":"a\\b'c"}""");
            await using var held = await LockAsync();
            (await server.Root.InsertHaConfigAsync(held, await server.DatabaseAsync(Table), "{}", None)).ShouldBeTrue();
        }
        finally
        {
            await server.ExecuteAsync("SET GLOBAL autocommit = 1", $"SET GLOBAL sql_mode = '{mode}'");
        }
    }

    [Fact]
    public async Task HaConfig_value_too_long_for_column_is_an_error()
    {
        var database = await server.DatabaseAsync(
            Table, "ALTER TABLE oms_normal_config MODIFY cfg_value varchar(20) NOT NULL",
            Insert("""{"enable":true}"""));
        const string TooLong = """{"enable":false,"more":"than twenty"}""";

        (await Should.ThrowAsync<OmsMetadataException>(
            () => server.Root.CompareAndSwapHaConfigAsync(database, """{"enable":true}""", TooLong, None)))
            .Kind.ShouldBe(OmsMetadataErrorKind.Other);
        var mode = await server.ScalarAsync("SELECT @@global.sql_mode");
        await server.ExecuteAsync("SET GLOBAL sql_mode = ''");
        try
        {
            (await Should.ThrowAsync<OmsMetadataException>(
                () => server.Root.CompareAndSwapHaConfigAsync(database, """{"enable":true}""", TooLong, None)))
                .Message.ShouldContain("reads back differently");
        }
        finally
        {
            await server.ExecuteAsync($"SET GLOBAL sql_mode = '{mode}'");
        }
    }

    [Fact]
    public async Task Duplicate_HaConfig_rows_are_an_error()
    {
        var database = await server.DatabaseAsync(Table, Insert("{}"), Insert("{}"));

        (await Should.ThrowAsync<OmsMetadataException>(() => server.Root.ReadHaConfigAsync(database, None))).Message
            .ShouldContain("more than one row");
    }

    [Fact]
    public async Task Absent_HaConfig_row_is_inserted_once_with_required_columns()
    {
        var database = await server.DatabaseAsync(
            """
            CREATE TABLE oms_normal_config (id int NOT NULL PRIMARY KEY, cfg_name varchar(128) NOT NULL UNIQUE, cfg_value text, module varchar(64) NOT NULL,
              description text, weight decimal(5,2) NOT NULL, editable tinyint NOT NULL DEFAULT 1, gmt_created datetime NOT NULL, gmt_modified timestamp NOT NULL,
              day date NOT NULL, twice int GENERATED ALWAYS AS (weight * 2) VIRTUAL)
            """,
            "INSERT INTO oms_normal_config (id, cfg_name, cfg_value, module, weight, gmt_created, gmt_modified, day) "
            + "VALUES (41, 'other', '', 'm', 1, NOW(), NOW(), NOW())");
        await using var held = await LockAsync();

        (await server.Root.InsertHaConfigAsync(held, database, Chinese, None)).ShouldBeTrue();
        (await server.Root.InsertHaConfigAsync(held, database, "{}", None)).ShouldBeFalse();

        (await server.Root.ReadHaConfigAsync(database, None)).Raw.ShouldBe(Chinese);
        (await server.ScalarAsync(
            "SELECT CONCAT_WS('|', id, module, weight, editable, TIMESTAMPDIFF(DAY, gmt_created, NOW()), description "
            + $"IS NULL) FROM {MetadataServer.Quote(database)}.oms_normal_config WHERE cfg_name = 'ha.config'"))
            .ShouldBe("42||0.00|1|0|1");
    }

    [Fact]
    public async Task HaConfig_insert_with_unknown_required_column_is_refused()
    {
        var database = await server.DatabaseAsync(
            "CREATE TABLE oms_normal_config (cfg_name varchar(128) NOT NULL, cfg_value text, kind enum('a','b') NOT "
            + "NULL, extra json NOT NULL)");
        await server.ExecuteAsync(
            $"ALTER TABLE {MetadataServer.Quote(database)}.oms_normal_config MODIFY kind set('a','b') NOT NULL");
        await using var held = await LockAsync();

        var error = await Should.ThrowAsync<OmsMetadataException>(
            () => server.Root.InsertHaConfigAsync(held, database, "{}", None));

        error.Message.ShouldContain("column kind (set)");
        Regex.Count(error.Message, "OMS console").ShouldBe(1);
        (await server.Root.ReadHaConfigAsync(database, None)).Present.ShouldBeFalse();
    }

    [Fact]
    public async Task HaConfig_is_not_inserted_after_lost_lock()
    {
        var database = await server.DatabaseAsync(Table);
        await using var held = await LockAsync();
        await server.Root.EndSessionsAsync([held.ConnectionId], None);

        (await Should.ThrowAsync<OmsMetadataException>(() => server.Root.InsertHaConfigAsync(
            held, database, "{}", None))).Kind.ShouldBe(OmsMetadataErrorKind.LockLost);
        (await server.Root.ReadHaConfigAsync(database, None)).Present.ShouldBeFalse();
    }

    private static string Insert(string value) =>
        "INSERT INTO oms_normal_config (cfg_name, cfg_value) VALUES ('ha.config', "
        + $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}')";

    private async Task<string> WithRowAsync(string value) =>
        await server.DatabaseAsync(
            Table, "INSERT INTO oms_normal_config (cfg_name, cfg_value) VALUES ('other', '{}')", Insert(value));

    private async Task<IMetadataLock> LockAsync() =>
        (await server.Root.TryLockAsync($"test-{Guid.NewGuid():N}", TimeSpan.Zero, None)).ShouldNotBeNull();
}
