using System.Data;
using System.Globalization;
using Drydock.Clients.MySql;
using Drydock.Lab;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.MySql;

/// <summary>Answers without an end, and commands that are ended early.</summary>
public sealed class BoundsTests(MariaDbServer mariaDb)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Row_larger_than_packet_limit_breaks_the_connection()
    {
        await using var connection = await mariaDb.OpenAsync(configure: static o => o.MaximumPacket = 1 << 20);
        await using var command = new MySqlCommand("SELECT REPEAT('x', 2000000)", connection);
        var error = await Should.ThrowAsync<MySqlLimitException>(() => command.ExecuteScalarAsync(Token));
        error.Message.ShouldContain("1048576");
        error.IsTransient.ShouldBeFalse();
        connection.State.ShouldBe(ConnectionState.Broken);
        (await Should.ThrowAsync<MySqlException>(() => command.ExecuteScalarAsync(Token))).Message.ShouldContain("open a new one");
    }

    [Theory]
    [InlineData("SELECT seq FROM mysql.seq_1_to_1000000", 1000, 0, "1000 rows")]
    [InlineData("SELECT REPEAT('x', 1000) FROM mysql.seq_1_to_1000000", 0, 100_000, "100000 bytes")]
    public async Task Result_larger_than_command_limit_breaks_the_connection(
        string sql, long rows, long bytes, string says)
    {
        await using var connection = new MySqlConnection(mariaDb.RootOptions());
        await connection.OpenAsync(Token);
        await using var command = new MySqlCommand(sql, connection) { MaximumRows = rows, MaximumBytes = bytes };
        var error = await Should.ThrowAsync<MySqlLimitException>(async () =>
        {
            await using var reader = await command.ExecuteReaderAsync(Token);
            while (await reader.ReadAsync(Token))
            {
                // Only the number of rows counts.
            }
        });
        error.Message.ShouldContain(says);
        connection.State.ShouldBe(ConnectionState.Broken);
    }

    [Fact]
    public async Task Result_with_too_many_columns_is_refused()
    {
        await using var server = new WireServer(Serving(static async (session, sql, stop) =>
        {
            if (sql != "SELECT wide")
            {
                return false;
            }

            await session.SendAsync(stop, [[0xFC, 0x01, 0x10], .. Enumerable.Repeat(WirePackets.Column("x"), 4097), WirePackets.Eof, WirePackets.Eof]);
            return true;
        }));
        (await Should.ThrowAsync<MySqlLimitException>(() => ScalarAsync(server, "SELECT wide"))).Message.ShouldContain("4097 columns");
    }

    [Fact]
    public async Task Reader_closed_inside_endless_result_breaks_the_connection()
    {
        await using var server = new WireServer(Serving(static async (session, sql, stop) =>
        {
            if (sql == "SELECT endless")
            {
                await session.SendAsync(stop, [[1], WirePackets.Column("x"), WirePackets.Eof]);
                var rows = Enumerable.Repeat(WirePackets.Row(new string('r', 1000)), 1000).ToArray();
                for (; ; )
                {
                    await session.SendAsync(stop, rows);
                }
            }

            return false;
        }));
        await using var connection = await OpenAsync(server);
        await using var command = new MySqlCommand("SELECT endless", connection);
        await using (var reader = await command.ExecuteReaderAsync(Token))
        {
            (await reader.ReadAsync(Token)).ShouldBeTrue();
        }

        connection.State.ShouldBe(ConnectionState.Broken);
        (await Should.ThrowAsync<MySqlException>(() => command.ExecuteScalarAsync(Token))).Message.ShouldContain("closed before its end");
    }

    [Fact]
    public async Task Cancelled_command_opens_no_second_session()
    {
        var running = new TaskCompletionSource();
        var closed = new TaskCompletionSource();
        var sessions = 0;
        await using var server = new WireServer(async (session, _, stop) =>
        {
            Interlocked.Increment(ref sessions);
            await LogInAsync(session, stop);
            await WireServer.ServeAsync(
                session,
                async sql =>
                {
                    if (sql != "SELECT slow")
                    {
                        return false;
                    }

                    running.SetResult();
                    await session.UntilClosedAsync(stop);
                    closed.SetResult();
                    return true;
                },
                stop);
        });
        await using var connection = await OpenAsync(server);
        await using var command = new MySqlCommand("SELECT slow", connection) { CommandTimeout = 0 };
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asking = command.ExecuteScalarAsync(cancel.Token);
        await running.Task.WaitAsync(Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => asking);
        await closed.Task.WaitAsync(Token);
        connection.State.ShouldBe(ConnectionState.Broken);
        sessions.ShouldBe(1);
    }

    [Fact]
    public async Task Reader_closed_inside_large_result_breaks_the_connection()
    {
        await using var connection = await mariaDb.OpenAsync(await mariaDb.CreateDatabaseAsync());
        await using var command = new MySqlCommand("SELECT REPEAT('x', 1000) FROM seq_1_to_100000", connection) { MaximumBytes = 0 };
        await using (var reader = await command.ExecuteReaderAsync(Token))
        {
            (await reader.ReadAsync(Token)).ShouldBeTrue();
        }

        connection.State.ShouldBe(ConnectionState.Broken);
    }

    [Fact]
    public async Task Connection_closed_under_running_command_ends_the_command()
    {
        await using var connection = await mariaDb.OpenAsync();
        await using var other = await mariaDb.OpenAsync();
        await using var command = new MySqlCommand("SELECT SLEEP(1000)", connection) { CommandTimeout = 0 };
        var running = Task.Run(command.ExecuteScalar, Token);
        await Deadline.UntilAsync(
            "the command",
            async _ => (await MySqlServer.SessionsAsync(other, Token)).Any(s => s.Id == connection.ConnectionId && s.Info?.StartsWith("SELECT SLEEP", StringComparison.Ordinal) == true),
            cancellationToken: Token);

        connection.Close();
        await Should.ThrowAsync<MySqlException>(() => running);
        connection.State.ShouldBe(ConnectionState.Closed);
    }

    private static Func<WireSession, int, CancellationToken, Task> Serving(Func<WireSession, string, CancellationToken, Task<bool>> answer) => async (session, _, stop) =>
    {
        await LogInAsync(session, stop);
        await WireServer.ServeAsync(session, sql => answer(session, sql, stop), stop);
    };

    private static async Task LogInAsync(WireSession session, CancellationToken stop)
    {
        await session.SendAsync(stop, WirePackets.Greeting());
        await session.ReadAsync(stop);
    }

    private static async Task<MySqlConnection> OpenAsync(WireServer server)
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder { Server = "127.0.0.1", Port = (uint)server.Port, UserID = "u" });
        await connection.OpenAsync(Token);
        return connection;
    }

    private static async Task<string?> ScalarAsync(WireServer server, string sql)
    {
        await using var connection = await OpenAsync(server);
        await using var command = new MySqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(Token), CultureInfo.InvariantCulture);
    }
}
