namespace Drydock.Tests.Integration.Lab;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class TcpFaultProxyTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writing_statements_are_numbered_without_values_and_reading_ones_not()
    {
        var (database, proxy) = await StartAsync();
        await using var closing = proxy;

        var result = await SqlAsync(
            proxy, "CREATE TABLE rm.t (a INT PRIMARY KEY, b TEXT); INSERT INTO rm.t VALUES (1, 'not-a-secret'); SELECT "
                + "* FROM rm.t; SELECT GET_LOCK('l', 0); RENAME TABLE rm.t TO rm.u; DROP TABLE rm.u");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldContain("not-a-secret");
        proxy.Ledger.Acts.Select(act => act.Verb).ShouldBe(["CREATE", "INSERT", "GET_LOCK", "RENAME", "DROP"]);
        proxy.Ledger.Acts[1].Target.ShouldBe("INSERT INTO rm.t VALUES (?, ?)");
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Prepared_statement_is_numbered_on_execution()
    {
        var (database, proxy) = await StartAsync();
        await using var closing = proxy;
        await database.ExecAsync("CREATE TABLE t (a INT PRIMARY KEY)", "rm", Token);
        await using var session = await MySqlSession.OpenAsync(
            new MySqlOptions
            {
                Server = proxy.Address,
                Port = proxy.Port,
                UserID = "app",
                Password = "not-a-'secret'",
                Database = "rm",
            },
            Token);
        proxy.Ledger.At(
            2, FaultSide.Before, FaultAction.Answer(1205, "Lock wait timeout exceeded (fault injected by the lab)"));

        await InsertAsync(7);
        (await Should.ThrowAsync<MySqlSessionException>(() => InsertAsync(8))).Number.ShouldBe(1205);
        await InsertAsync(9);

        proxy.Ledger.Acts.Select(act => act.Target).ShouldAllBe(target => target == "INSERT INTO t VALUES (?)");
        proxy.Ledger.Acts.Count.ShouldBe(3);
        (await database.ExecAsync("SELECT a FROM t ORDER BY a", "rm", Token)).ShouldBe("7\n9");
        await database.DisposeAsync();

        Task InsertAsync(int value) => session.ExecuteAsync("INSERT INTO t VALUES (@a)", Token, ("a", value));
    }

    [Fact]
    public async Task Statement_cut_before_has_not_run_and_cut_after_has()
    {
        var (database, proxy) = await StartAsync();
        await using var closing = proxy;
        await database.ExecAsync("CREATE TABLE t (a INT PRIMARY KEY)", "rm", Token);
        proxy.Ledger.At(1, FaultSide.Before, FaultAction.Cut).At(2, FaultSide.After, FaultAction.Cut);

        (await SqlAsync(proxy, "INSERT INTO rm.t VALUES (1)")).ExitCode.ShouldNotBe(0);
        (await database.ExecAsync("SELECT a FROM t", "rm", Token)).ShouldBeEmpty();
        (await SqlAsync(proxy, "INSERT INTO rm.t VALUES (2)")).ExitCode.ShouldNotBe(0);
        (await database.ExecAsync("SELECT a FROM t", "rm", Token)).ShouldBe("2");
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Injected_SQL_error_reaches_client_and_session_continues()
    {
        var (database, proxy) = await StartAsync();
        await using var closing = proxy;
        await database.ExecAsync("CREATE TABLE t (a INT PRIMARY KEY)", "rm", Token);
        proxy.Ledger.At(1, FaultSide.Before, FaultAction.Answer(1213, "Deadlock found (fault injected by the lab)"));

        var result = await SqlAsync(proxy, "INSERT INTO rm.t VALUES (1); INSERT INTO rm.t VALUES (2)", "--force");

        result.Error.ShouldContain("ERROR 1213");
        (await database.ExecAsync("SELECT a FROM t", "rm", Token)).ShouldBe("2");
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Server_can_be_killed_between_commit_and_answer()
    {
        var (database, proxy) = await StartAsync();
        await using var closing = proxy;
        await database.ExecAsync("CREATE TABLE t (a INT PRIMARY KEY)", "rm", Token);
        proxy.Ledger.At(1, FaultSide.After, FaultAction.Call(_ => database.KillAsync(), then: FaultAction.Cut));

        (await SqlAsync(proxy, "INSERT INTO rm.t VALUES (1)")).ExitCode.ShouldNotBe(0);
        await database.StartAsync(Token);

        (await database.ExecAsync("SELECT a FROM t", "rm", Token)).ShouldBe("1");
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Tls_session_passes_unread_and_can_be_frozen_or_refused()
    {
        var (database, proxy) = await StartAsync(tls: true);
        await using var closing = proxy;

        var cipher = await SqlAsync(proxy, "CREATE TABLE rm.t (a INT); SHOW STATUS LIKE 'Ssl_cipher'", "--ssl");
        cipher.Output.ShouldContain("TLS_", customMessage: cipher.Error);
        proxy.Ledger.Acts.ShouldBeEmpty();

        proxy.Freeze();
        var held = SqlAsync(proxy, "SELECT 42", "--ssl");
        await Deadline.UntilAsync(
            "the client to connect", _ => Task.FromResult(proxy.OpenConnections == 1), cancellationToken: Token);
        held.IsCompleted.ShouldBeFalse();
        proxy.Thaw();
        (await held).Output.ShouldBe("42\n");
        proxy.Refuse();
        (await SqlAsync(proxy, "SELECT 42", "--ssl")).ExitCode.ShouldNotBe(0);
        await database.DisposeAsync();
    }

    private static Task<ShellResult> SqlAsync(TcpFaultProxy proxy, string sql, params string[] options) =>
        MetaDbTests.AsUserAsync(proxy.Address, proxy.Port, sql, options);

    private async Task<(MetaDb Database, TcpFaultProxy Proxy)> StartAsync(bool tls = false)
    {
        var run = await lab.RunAsync();
        var database = await MetaDb.StartAsync(
            run, new MetaDbOptions { Name = LabFixture.UniqueName("f"), Tls = tls }, Token);
        await database.ExecAsync("CREATE DATABASE rm", cancellationToken: Token);
        await database.CreateUserAsync("app", "not-a-'secret'", cancellationToken: Token);
        return (database, new TcpFaultProxy(run, database));
    }
}
