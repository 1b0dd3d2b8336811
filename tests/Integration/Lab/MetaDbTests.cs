namespace Drydock.Tests.Integration.Lab;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class MetaDbTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Committed_rows_survive_kill_and_restart()
    {
        await using var database = await StartAsync();
        await database.ExecAsync(
            "CREATE DATABASE rm; CREATE TABLE rm.t (a INT PRIMARY KEY); INSERT INTO rm.t VALUES (1)",
            cancellationToken: Token);

        await database.KillAsync();
        (await database.TryExecAsync("SELECT 1", cancellationToken: Token)).ExitCode.ShouldNotBe(0);
        await database.StartAsync(Token);
        await database.ExecAsync("INSERT INTO t VALUES (2)", "rm", Token);
        await database.RestartAsync(Token);

        (await database.ExecAsync("SELECT a FROM t ORDER BY a", "rm", Token)).ShouldBe("1\n2");
    }

    [Fact]
    public async Task Network_user_can_write_unless_server_is_read_only()
    {
        await using var database = await StartAsync();
        await database.ExecAsync("CREATE DATABASE rm; CREATE TABLE rm.t (a INT PRIMARY KEY)", cancellationToken: Token);
        await database.CreateUserAsync("app", "not-a-'secret'", "SELECT, INSERT ON rm.*", Token);

        (await AsUserAsync(database, "INSERT INTO rm.t VALUES (1)")).ExitCode.ShouldBe(0);
        await database.SetReadOnlyAsync(true, Token);
        var refused = await AsUserAsync(database, "INSERT INTO rm.t VALUES (2)");
        await database.SetReadOnlyAsync(false, Token);

        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("read-only");
        (await AsUserAsync(database, "INSERT INTO rm.t VALUES (3)")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Client_without_tls_is_refused_when_tls_is_required()
    {
        await using var database = await StartAsync(
            new MetaDbOptions { Name = LabFixture.UniqueName("t"), Tls = true, RequireTls = true });
        await database.CreateUserAsync("app", "not-a-'secret'", cancellationToken: Token);

        var cipher = await AsUserAsync(
            database, "SHOW STATUS LIKE 'Ssl_cipher'", "--ssl-ca=" + database.AuthorityPath,
            "--ssl-verify-server-cert");
        cipher.ExitCode.ShouldBe(0, cipher.Error);
        cipher.Output.ShouldContain("TLS_");
        (await AsUserAsync(database, "SELECT 1", "--skip-ssl")).ExitCode.ShouldNotBe(0);
    }

    internal static Task<ShellResult> AsUserAsync(MetaDb database, string sql, params string[] options) =>
        AsUserAsync(database.Address, database.Port, sql, options);

    internal static Task<ShellResult> AsUserAsync(string address, int port, string sql, params string[] options) =>
        Shell.TryRunAsync(
            "mariadb",
            [
                "--no-defaults", "--host=" + address, FormattableString.Invariant($"--port={port}"), "--protocol=TCP",
                "--user=app", "--batch", "--skip-column-names", .. options
            ],
            sql,
            new Dictionary<string, string?> { ["MYSQL_PWD"] = "not-a-'secret'" },
            cancellationToken: Token);

    private async Task<MetaDb> StartAsync(MetaDbOptions? options = null) =>
        await MetaDb.StartAsync(
            await lab.RunAsync(), options ?? new MetaDbOptions { Name = LabFixture.UniqueName("m") }, Token);
}
