using System.Data;
using Drydock.Clients.MySql;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>What TiDB is asked in SQL.</summary>
public sealed class SqlTests
{
    private static readonly DatabaseRollingUpgrade Upgrade = new()
    {
        Spec = new DatabaseRollingUpgradeSpec
        {
            Engine = DatabaseEngine.TiDB,
            Instances = [new() { Name = "tidb-1", Component = DatabaseComponent.TiDB, Host = "one" }, new() { Name = "tidb-2", Component = DatabaseComponent.TiDB, Host = "two" }],
        },
    };

    [Fact]
    public async Task Ddl_jobs_are_parsed_by_column_name()
    {
        // Ten columns in 2.1, more and in another order later.
        var old = Table("JOB_ID", "DB_NAME", "TABLE_NAME", "JOB_TYPE", "SCHEMA_STATE", "SCHEMA_ID", "TABLE_ID", "ROW_COUNT", "START_TIME", "STATE");
        old.Rows.Add("1", "orders", "t", "add index", "write only", "2", "3", "9", "now", "running");
        old.Rows.Add("2", "orders", "t", "drop index", "none", "2", "3", "9", "now", "synced");
        var newer = Table("STATE", "JOB_TYPE", "COMMENTS", "JOB_ID", "DB_NAME", "TABLE_NAME", "CREATE_TIME");
        newer.Rows.Add("paused", "add index", "", "7", "orders", "t", "now");

        (await Sql((_, _) => old).UnfinishedDdlAsync(default)).ShouldBe([new DdlJob("1", "orders", "t", "add index", "running")]);
        (await Sql((_, _) => newer).UnfinishedDdlAsync(default)).ShouldBe([new DdlJob("7", "orders", "t", "add index", "paused")]);
    }

    [Fact]
    public async Task Missing_ddl_column_is_reported_by_name()
    {
        var table = Table("JOB_ID", "DB_NAME", "TABLE_NAME", "JOB_TYPE");
        table.Rows.Add("1", "orders", "t", "add index");

        var exception = await Should.ThrowAsync<DatabaseSqlException>(() => Sql((_, _) => table).UnfinishedDdlAsync(default));
        exception.Message.ShouldContain("STATE");
    }

    [Fact]
    public async Task TiDbSql_asks_next_server_when_one_is_unreachable()
    {
        var table = Table("VARIABLE_VALUE");
        table.Rows.Add("23");
        var sql = Sql((connection, _) => connection.Contains("Server=one", StringComparison.OrdinalIgnoreCase) ? throw new MySqlException("refused", 2003, "HY000", null) : table);

        (await sql.BootstrapVersionAsync(default)).ShouldBe(23);
    }

    [Fact]
    public async Task Access_denial_is_not_retried_elsewhere_and_hides_password()
    {
        var asked = 0;
        var exception = await Should.ThrowAsync<DatabaseSqlException>(() => Sql((_, _) =>
        {
            asked++;
            throw new MySqlException("Access denied", 1045, "28000", null);
        }).UnfinishedDdlAsync(default));

        asked.ShouldBe(1);
        exception.Reason.ShouldBe(Reasons.AccessDenied);
        exception.Message.ShouldContain("root@one:4000");
        exception.Message.ShouldNotContain("Sekret-77");
    }

    [Fact]
    public async Task Failure_of_connecting_is_not_blamed_on_statement()
    {
        var exception = await Should.ThrowAsync<DatabaseSqlException>(() => Sql((_, statement) =>
            statement.Length == 0 ? throw new MySqlException("Unknown system variable 'x'", 1193, "HY000", null) : Table("x")).UnfinishedDdlAsync(default));

        exception.Message.ShouldBe("root@one:4000: connecting failed: Unknown system variable 'x'");
    }

    [Theory]
    [InlineData("running", "Let it end, or cancel it with `ADMIN CANCEL DDL JOBS 7`.")]
    [InlineData("cancelling", "It is being cancelled already: wait until it has ended.")]
    [InlineData("rollingback", "It is being cancelled already: wait until it has ended.")]
    public void Ddl_that_is_being_cancelled_is_only_waited_for(string state, string advice) =>
        DdlJob.Advice([new DdlJob("7", "orders", "t", "add index", state)]).ShouldBe(advice);

    [Fact]
    public async Task PumpsAsync_returns_null_when_statement_is_unknown()
    {
        (await Sql((_, statement) => statement.Length == 0 ? Table("x") : throw new MySqlException("You have an error in your SQL syntax", 1064, "42000", null)).PumpsAsync(default)).ShouldBeNull();

        var table = Table("NodeID", "Address", "State", "Max_Commit_Ts", "Update_Time");
        table.Rows.Add("a:8250", "10.0.0.1:8250", "online", "1", "now");
        (await Sql((_, _) => table).PumpsAsync(default)).ShouldBe([new BinlogNode("a:8250", "10.0.0.1:8250", "online")]);
    }

    [Fact]
    public async Task System_tables_without_version_are_an_unusable_answer() =>
        (await Should.ThrowAsync<DatabaseSqlException>(() => Sql((_, _) => Table("VARIABLE_VALUE")).BootstrapVersionAsync(default))).Reason.ShouldBe(Reasons.AnswerUnusable);

    private static MySqlDatabaseSql Sql(Func<string, string, DataTable> answer) =>
        new(() => Upgrade, new DatabaseSecrets { Sql = new SqlLogin("root", "Sekret-77") }, new TableProvider(answer), Drydock.Clients.Safety.EndpointPolicy.Unrestricted);

    private static DataTable Table(params string[] columns)
    {
        var table = new DataTable();
        foreach (var column in columns)
        {
            table.Columns.Add(column, typeof(string));
        }

        return table;
    }
}
