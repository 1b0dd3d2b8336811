namespace Drydock.Tests.Integration.Clients.MySql;

/// <summary>Answers without an end, and statements that are ended early.</summary>
public sealed class BoundsTests(MariaDbServer mariaDb)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SELECT REPEAT('x', 40000000)", "32 MiB")]
    [InlineData("SELECT REPEAT('x', 1000) FROM mysql.seq_1_to_1000000", "32 MiB")]
    [InlineData("SELECT seq FROM mysql.seq_1_to_1000000", "100000 rows")]
    public async Task Answer_beyond_limit_ends_the_session(string sql, string says)
    {
        await using var session = await MySqlSession.OpenAsync(mariaDb.Options(user: "root", password: ""), Token);
        var error = await Should.ThrowAsync<MySqlSessionException>(() => session.RowsAsync(sql, Token));
        error.Message.ShouldContain(says);
        (error.IsTooLarge, error.IsTransient, session.IsOpen).ShouldBe((true, false, false));
        (await Should.ThrowAsync<MySqlSessionException>(() => session.ScalarAsync("SELECT 1", Token)))
            .Message.ShouldContain(says);
    }

    [Fact]
    public async Task Limit_is_that_of_one_statement()
    {
        await using var session = await mariaDb.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            (await session.ScalarAsync("SELECT REPEAT('x', 20000000)", Token))!.Length.ShouldBe(20_000_000);
        }
    }

    [Fact]
    public async Task Endless_answer_ends_at_its_limit()
    {
        await using var server = new WireServer(Serving(static async (session, sql, stop) =>
        {
            if (sql != "SELECT endless")
            {
                return false;
            }

            await session.SendAsync(stop, [[1], WirePackets.Column("x"), WirePackets.Eof]);
            var rows = Enumerable.Repeat(WirePackets.Row(new string('r', 1000)), 1000).ToArray();
            for (; ; )
            {
                await session.SendAsync(stop, rows);
            }
        }));
        await using var session = await OpenAsync(server);
        (await Should.ThrowAsync<MySqlSessionException>(() => session.RowsAsync("SELECT endless", Token)))
            .IsTooLarge.ShouldBeTrue();
    }

    [Fact]
    public async Task Cancelled_statement_opens_no_second_session()
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
        await using var session = await OpenAsync(server);
        session.CommandTimeout = 0;
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asking = session.ScalarAsync("SELECT slow", cancel.Token);
        await running.Task.WaitAsync(Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => asking);
        await closed.Task.WaitAsync(Token);
        session.IsOpen.ShouldBeFalse();
        sessions.ShouldBe(1);
    }

    private static Func<WireSession, int, CancellationToken, Task> Serving(
        Func<WireSession, string, CancellationToken, Task<bool>> answer) => async (session, _, stop) =>
        {
            await LogInAsync(session, stop);
            await WireServer.ServeAsync(session, sql => answer(session, sql, stop), stop);
        };

    private static async Task LogInAsync(WireSession session, CancellationToken stop)
    {
        await session.SendAsync(stop, WirePackets.Greeting());
        await session.ReadAsync(stop);
    }

    private static Task<MySqlSession> OpenAsync(WireServer server) =>
        MySqlSession.OpenAsync(new MySqlOptions { Server = "127.0.0.1", Port = server.Port, UserID = "u" }, Token);
}
