using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>Answers that TiDB gives in SQL, packet by packet.</summary>
public sealed class SqlAnswerTests
{
    private const string Password = "canary-77";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ddl_jobs_are_parsed_by_column_name()
    {
        // Ten columns in 2.1, more and in another order later.
        await using var old = Server(WirePackets.Result(
            [
                "JOB_ID", "DB_NAME", "TABLE_NAME", "JOB_TYPE", "SCHEMA_STATE", "SCHEMA_ID", "TABLE_ID", "ROW_COUNT",
                "START_TIME", "STATE",
            ],
            ["1", "orders", "t", "add index", "write only", "2", "3", "9", "now", "running"],
            ["2", "orders", "t", "drop index", "none", "2", "3", "9", "now", "synced"]));
        await using var newer = Server(WirePackets.Result(
            ["STATE", "JOB_TYPE", "COMMENTS", "JOB_ID", "DB_NAME", "TABLE_NAME", "CREATE_TIME"],
            ["paused", "add index", "", "7", "orders", "t", "now"]));

        (await Sql(old).UnfinishedDdlAsync(Token)).ShouldBe([new DdlJob("1", "orders", "t", "add index", "running")]);
        (await Sql(newer).UnfinishedDdlAsync(Token)).ShouldBe([new DdlJob("7", "orders", "t", "add index", "paused")]);
    }

    [Fact]
    public async Task Missing_ddl_column_is_reported_by_name()
    {
        await using var server = Server(WirePackets.Result(
            ["JOB_ID", "DB_NAME", "TABLE_NAME", "JOB_TYPE"], ["1", "orders", "t", "add index"]));

        (await Should.ThrowAsync<DatabaseSqlException>(() => Sql(server).UnfinishedDdlAsync(Token)))
            .Message.ShouldContain("STATE");
    }

    [Fact]
    public async Task Next_server_is_asked_when_one_is_unreachable()
    {
        await using var server = Server(WirePackets.Result(["VARIABLE_VALUE"], ["23"]));

        (await Sql(1, server.Port).BootstrapVersionAsync(Token)).ShouldBe(23);
    }

    [Fact]
    public async Task Access_denial_is_not_retried_elsewhere_and_hides_password()
    {
        await using var one = Server([WirePackets.Error(1045, "Access denied")]);
        await using var two = Server(WirePackets.Result(["VARIABLE_VALUE"], ["23"]));
        var exception = await Should.ThrowAsync<DatabaseSqlException>(
            () => Sql(one.Port, two.Port).BootstrapVersionAsync(Token));

        exception.Reason.ShouldBe(Reasons.AccessDenied);
        exception.Message.ShouldContain($"root@127.0.0.1:{one.Port}");
        exception.ToString().ShouldNotContain(Password);
    }

    [Fact]
    public async Task Failure_of_connecting_is_not_blamed_on_statement()
    {
        await using var server = new WireServer(static async (session, _, stop) =>
        {
            await session.SendAsync(stop, WirePackets.Greeting());
            await session.ReadAsync(stop);
            await session.SendAsync(stop, WirePackets.Error(1193, "Unknown system variable 'x'"));
        });

        (await Should.ThrowAsync<DatabaseSqlException>(() => Sql(server).UnfinishedDdlAsync(Token))).Message
            .ShouldMatch($"^root@127.0.0.1:{server.Port}: connecting failed: .*Unknown system variable 'x'$");
    }

    [Fact]
    public async Task Pumps_are_unknown_when_the_statement_is()
    {
        await using var unknown = Server([WirePackets.Error(1064, "You have an error in your SQL syntax")]);
        (await Sql(unknown).PumpsAsync(Token)).ShouldBeNull();

        await using var server = Server(WirePackets.Result(
            ["NodeID", "Address", "State", "Max_Commit_Ts", "Update_Time"],
            ["a:8250", "10.0.0.1:8250", "online", "1", "now"]));
        (await Sql(server).PumpsAsync(Token)).ShouldBe([new BinlogNode("a:8250", "10.0.0.1:8250", "online")]);
    }

    [Fact]
    public async Task System_tables_without_version_are_an_unusable_answer()
    {
        await using var server = Server(WirePackets.Result(["VARIABLE_VALUE"]));

        (await Should.ThrowAsync<DatabaseSqlException>(() => Sql(server).BootstrapVersionAsync(Token)))
            .Reason.ShouldBe(Reasons.AnswerUnusable);
    }

    private static TiDbSql Sql(WireServer server) => Sql(server.Port);

    private static TiDbSql Sql(params int[] ports)
    {
        var upgrade = new DatabaseRollingUpgrade
        {
            Spec = new DatabaseRollingUpgradeSpec
            {
                Engine = DatabaseEngine.TiDB,
                Instances =
                [
                    .. ports.Select(static port => new DatabaseInstance
                    {
                        Name = FormattableString.Invariant($"tidb-{port}"),
                        Component = DatabaseComponent.TiDB,
                        Host = "127.0.0.1",
                        Port = port,
                    }),
                ],
            },
        };
        return new TiDbSql(
            () => upgrade, new DatabaseSecrets { Sql = new SqlLogin("root", Password) }, EndpointPolicy.Unrestricted);
    }

    // A server that answers every question so, but those of the login.
    private static WireServer Server(IEnumerable<byte[]> answer)
    {
        var packets = answer.ToArray();
        return new WireServer(async (session, _, stop) =>
        {
            await session.SendAsync(stop, WirePackets.Greeting());
            await session.ReadAsync(stop);
            await WireServer.ServeAsync(
                session,
                async sql =>
                {
                    if (sql.Length == 0 || sql.StartsWith("SET ", StringComparison.Ordinal)
                        || sql.StartsWith("SELECT CONNECTION_ID()", StringComparison.Ordinal))
                    {
                        return false;
                    }

                    await session.SendAsync(stop, packets);
                    return true;
                },
                stop);
        });
    }
}
