using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;
using Drydock.Clients.MySql;
using Drydock.Lab;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.MySql;

public sealed class CommandTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parameter_of_every_type_is_returned_unchanged()
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, """
            CREATE TABLE p (a BIGINT UNSIGNED, b BIGINT, c DECIMAL(65,20), d DOUBLE, e FLOAT, f LONGTEXT, g LONGBLOB, h DATETIME(6), i DATE, j TIME(6), k TINYINT(1), l CHAR(36), m INT, n VARCHAR(4))
            """);
        await using var insert = new MySqlCommand("INSERT INTO p VALUES (@a,@b,@c,@d,@e,@f,@g,@h,@i,@j,@k,@l,@m,@n)", connection);
        var blob = Enumerable.Range(0, 5_000_000).Select(i => (byte)i).ToArray();
        var at = new DateTime(2024, 2, 29, 23, 59, 59).AddMicroseconds(999999);
        var guid = Guid.NewGuid();
        object?[] values = [ulong.MaxValue, long.MinValue, 79228162514264337593.54395m, Math.PI, 1.5f, "😀'\\\"\0),(", blob, at, new DateOnly(2024, 2, 29), TimeSpan.FromMicroseconds(-123456789), true, guid, DayOfWeek.Friday, null];
        for (var i = 0; i < values.Length; i++)
        {
            insert.Parameters.AddWithValue(((char)('a' + i)).ToString(), values[i]);
        }

        (await insert.ExecuteNonQueryAsync(Token)).ShouldBe(1);
        await using var select = new MySqlCommand("SELECT * FROM p", connection);
        await using var reader = (MySqlDataReader)await select.ExecuteReaderAsync(Token);
        (await reader.ReadAsync(Token)).ShouldBeTrue();
        reader.GetUInt64(0).ShouldBe(ulong.MaxValue);
        reader.GetInt64(1).ShouldBe(long.MinValue);
        reader.GetDecimal(2).ShouldBe(79228162514264337593.54395m);
        reader.GetDouble(3).ShouldBe(Math.PI);
        reader.GetFloat(4).ShouldBe(1.5f);
        reader.GetString(5).ShouldBe("😀'\\\"\0),(");
        reader.GetFieldValue<byte[]>(6).ShouldBe(blob);
        reader.GetBytes(6, 0, null, 0, 0).ShouldBe(blob.Length);
        reader.GetDateTime(7).ShouldBe(at);
        reader.GetFieldValue<DateOnly>(8).ShouldBe(new DateOnly(2024, 2, 29));
        reader.GetTimeSpan(9).ShouldBe(TimeSpan.FromMicroseconds(-123456789));
        reader.GetBoolean(10).ShouldBeTrue();
        reader.GetGuid(11).ShouldBe(guid);
        reader.GetInt32(12).ShouldBe(5);
        reader.IsDBNull(13).ShouldBeTrue();
        Should.Throw<InvalidCastException>(() => reader.GetString(13)).Message.ShouldContain("'n'");
        await reader.CloseAsync();

        select.CommandText = "SELECT @x";
        select.Parameters.AddWithValue("x", new Version(1, 2));
        (await Should.ThrowAsync<NotSupportedException>(() => select.ExecuteScalarAsync(Token))).Message.ShouldContain("Version");
    }

    [Fact]
    public async Task Errors_carry_number_and_state_and_keep_connection_usable()
    {
        await using var connection = await server.OpenAsync();
        var e = await Should.ThrowAsync<MySqlException>(() => MariaDbServer.ExecuteAsync(connection, "SELEC 1"));
        (e.Number, e.SqlState, e.IsTransient).ShouldBe((1064, "42000", false));
        await using var prepared = new MySqlCommand("SELECT * FROM nowhere.nothing WHERE id = @id", connection);
        prepared.Parameters.AddWithValue("id", 1);
        (await Should.ThrowAsync<MySqlException>(() => prepared.ExecuteScalarAsync(Token))).Number.ShouldBeOneOf(1146, 1142, 1049);
        (await Should.ThrowAsync<MySqlException>(() => MariaDbServer.ExecuteAsync(connection, "DO 1; DO 2"))).Number.ShouldBe(1064);
        await using var ok = new MySqlCommand("SELECT 1", connection);
        (await ok.ExecuteScalarAsync(Token)).ShouldBe(1);
    }

    [Fact]
    public async Task Updates_count_matched_rows_and_inserts_return_their_id()
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, "CREATE TABLE c (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(9))");
        await using var insert = new MySqlCommand("INSERT INTO c (v) VALUES (@v)", connection);
        insert.Parameters.AddWithValue("v", "x");
        (await insert.ExecuteNonQueryAsync(Token)).ShouldBe(1);
        insert.LastInsertedId.ShouldBe(1ul);
        (await MariaDbServer.ExecuteAsync(connection, "UPDATE c SET v = 'x' WHERE v = 'x'")).ShouldBe(1);
        (await MariaDbServer.ExecuteAsync(connection, "UPDATE c SET v = 'y' WHERE v = 'z'")).ShouldBe(0);
        (await MariaDbServer.ExecuteAsync(connection, "SELECT * FROM c")).ShouldBe(-1);
    }

    [Fact]
    public async Task Uncommitted_transaction_is_rolled_back_on_dispose()
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, "CREATE TABLE c (id INT PRIMARY KEY)");
        await using (await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, Token))
        {
            await MariaDbServer.ExecuteAsync(connection, "INSERT INTO c VALUES (1)");
            await Should.ThrowAsync<InvalidOperationException>(async () => await connection.BeginTransactionAsync(Token));
        }

        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await MariaDbServer.ExecuteAsync(connection, "INSERT INTO c VALUES (2)");
            await transaction.CommitAsync(Token);
        }

        (await connection.QueryAsync<int>("SELECT id FROM c")).ShouldBe([2]);
    }

    [Fact]
    public async Task Cancelled_command_ends_its_session()
    {
        await using var connection = await server.OpenAsync();
        await using var command = new MySqlCommand("SELECT SLEEP(@s)", connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("s", 1000);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = command.ExecuteScalarAsync(cancel.Token);
        await UntilRunningAsync(connection.ConnectionId);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);
        connection.State.ShouldBe(ConnectionState.Broken);
        await Should.ThrowAsync<OperationCanceledException>(() => command.ExecuteScalarAsync(new CancellationToken(canceled: true)));
        (await Should.ThrowAsync<MySqlException>(() => command.ExecuteScalarAsync(Token))).IsConnectionError.ShouldBeTrue();
        await using var other = await server.OpenAsync();
        await MySqlServer.KillAsync(other, connection.ConnectionId, Token);
    }

    [Fact]
    public async Task Command_beyond_timeout_fails_with_3024_and_ends_its_session()
    {
        await using var connection = await server.OpenAsync();
        await using var command = new MySqlCommand("SELECT SLEEP(1000)", connection) { CommandTimeout = 1 };
        (await Should.ThrowAsync<MySqlException>(() => command.ExecuteNonQueryAsync(Token))).Number.ShouldBe(3024);
        connection.State.ShouldBe(ConnectionState.Broken);
        await using var other = await server.OpenAsync();
        await MySqlServer.KillAsync(other, connection.ConnectionId, Token);
    }

    [Fact]
    public async Task Large_result_is_streamed_and_its_last_rows_may_be_left_unread()
    {
        await using var connection = await server.OpenAsync();
        await connection.ChangeDatabaseAsync(await server.CreateDatabaseAsync(), Token);
        await using var command = new MySqlCommand("SELECT seq, REPEAT('x', 1000) FROM seq_1_to_100000", connection) { MaximumBytes = 0 };
        long sum = 0;
        await using (var reader = await command.ExecuteReaderAsync(Token))
        {
            (await Should.ThrowAsync<InvalidOperationException>(() => MariaDbServer.ExecuteAsync(connection, "DO 1"))).Message.ShouldContain("reader");
            while (await reader.ReadAsync(Token))
            {
                sum += reader.GetInt64(0);
            }
        }

        sum.ShouldBe(5000050000);
        command.CommandText = "SELECT seq, REPEAT('x', 1000) FROM seq_1_to_500";
        await using (var reader = await command.ExecuteReaderAsync(Token))
        {
            (await reader.ReadAsync(Token)).ShouldBeTrue();
        }

        (await connection.QuerySingleAsync<int>("SELECT 5")).ShouldBe(5);
    }

    [Theory]
    [InlineData("SELECT @id, @idd")]
    [InlineData("SELECT @id; SELECT @id")]
    public async Task Unknown_parameter_and_second_statement_are_refused(string sql)
    {
        await using var connection = await server.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        command.Parameters.AddWithValue("id", 1);
        (await Should.ThrowAsync<Exception>(() => command.ExecuteScalarAsync(Token))).Message.ShouldMatch("@idd|semicolon");
        command.CommandText = "SELECT @id, ';'";
        (await command.ExecuteScalarAsync(Token)).ShouldBe(1L);
        (await Should.ThrowAsync<InvalidOperationException>(() => MariaDbServer.ExecuteAsync(connection, "SET @x := 1"))).Message.ShouldContain("@x");
    }

    [Fact]
    public async Task Value_is_never_part_of_the_SQL_text()
    {
        await using var connection = await server.OpenAsync();
        await MariaDbServer.ExecuteAsync(connection, "SET sql_mode = 'NO_BACKSLASH_ESCAPES'");
        await using var command = new MySqlCommand("SELECT @a", connection);
        command.Parameters.AddWithValue("a", "\\' OR 1 = 1 -- ");
        (await command.ExecuteScalarAsync(Token)).ShouldBe("\\' OR 1 = 1 -- ");
    }

    [Fact]
    public async Task Several_results_of_one_call_are_read_in_turn()
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, "CREATE PROCEDURE two(IN a INT) BEGIN SELECT a; SELECT a + 1, 'x' AS y; END");
        foreach (var sql in (string[])["CALL two(@a)", "CALL two(7)"])
        {
            await using var command = new MySqlCommand(sql, connection);
            command.Parameters.AddWithValue("a", 7);
            await using var reader = await command.ExecuteReaderAsync(Token);
            (await reader.ReadAsync(Token)).ShouldBeTrue();
            reader.GetInt32(0).ShouldBe(7);
            (await reader.NextResultAsync(Token)).ShouldBeTrue();
            (await reader.ReadAsync(Token)).ShouldBeTrue();
            reader.GetInt32(0).ShouldBe(8);
            reader.GetString(reader.GetOrdinal("Y")).ShouldBe("x");
            while (await reader.NextResultAsync(Token))
            {
                reader.FieldCount.ShouldBe(0);
            }
        }

        await using var many = await server.OpenAsync(database, static o => o.AllowMultipleStatements = true);
        using var grid = await many.QueryMultipleAsync("SELECT 1; SELECT 2");
        (await grid.ReadSingleAsync<int>()).ShouldBe(1);
        (await grid.ReadSingleAsync<int>()).ShouldBe(2);
    }

    [Fact]
    public async Task Dapper_maps_rows_and_expands_lists()
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        await connection.ExecuteAsync("CREATE TABLE host (id BIGINT PRIMARY KEY, ip VARCHAR(40), online TINYINT(1), gmt_modified DATETIME(3) NULL)");
        var now = new DateTime(2024, 1, 2, 3, 4, 5, 678);
        (await connection.ExecuteAsync("INSERT INTO host VALUES (@Id, @Ip, @Online, @GmtModified)", new[] { new Host(1, "10.0.0.1", true, now), new Host(2, "10.0.0.2", false, null) })).ShouldBe(2);
        var hosts = (await connection.QueryAsync<Host>("SELECT id AS Id, ip AS Ip, online AS Online, gmt_modified AS GmtModified FROM host WHERE id IN @ids ORDER BY id", new { ids = new[] { 1, 2, 3 } })).ToList();
        hosts.ShouldBe([new Host(1, "10.0.0.1", true, now), new Host(2, "10.0.0.2", false, null)]);
        (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM host WHERE ip = @ip", new { ip = "10.0.0.2" })).ShouldBe(1);
    }

    [Fact]
    public void MySqlProviderFactory_creates_matching_types()
    {
        DbProviderFactory factory = MySqlProviderFactory.Instance;
        using var connection = factory.CreateConnection().ShouldBeOfType<MySqlConnection>();
        using var command = factory.CreateCommand().ShouldBeOfType<MySqlCommand>();
        command.Connection = connection;
        command.CreateParameter().ShouldBeOfType<MySqlConnector.MySqlParameter>();
        factory.CreateConnectionStringBuilder().ShouldBeOfType<MySqlConnectionStringBuilder>();
        DbProviderFactories.GetFactory(connection).ShouldBe(factory);
    }

    private async Task UntilRunningAsync(ulong connectionId)
    {
        await using var other = await server.OpenAsync();
        await Deadline.UntilAsync(
            "the command",
            async _ => (await MySqlServer.SessionsAsync(other, Token)).Any(s => s.Id == connectionId && s.Info?.StartsWith("SELECT SLEEP", StringComparison.Ordinal) == true),
            cancellationToken: Token);
    }

    private sealed record Host(long Id, string Ip, bool Online, DateTime? GmtModified);
}
