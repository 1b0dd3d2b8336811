namespace Drydock.Tests.Integration.Clients.MySql;

public sealed class CommandTests(MariaDbServer server)
{
    public static TheoryData<string, string[]> Exact => new()
    {
        { "TINYINT(1)", ["-128", "0", "127", "NULL"] },
        { "INT UNSIGNED", ["4294967295"] },
        { "BIGINT", ["-9223372036854775808", "9223372036854775807", "9007199254740993", "NULL"] },
        { "BIGINT UNSIGNED", ["18446744073709551615", "0"] },
        { "DECIMAL(10,2)", ["1.10", "-12345678.90", "0", "NULL"] },
        { "DATETIME", ["'2024-02-29 23:59:59'", "'0000-00-00 00:00:00'", "NULL"] },
        { "TIMESTAMP NULL", ["'2024-02-29 12:34:56'", "NULL"] },
        { "CHAR(10)", ["'a b'", "''", "'中文é'", "NULL"] },
        { "VARCHAR(200)", ["'it''s \"q\" \\\\ ; -- x # y /* z */'", "'😀𝒳'", "''"] },
        { "VARCHAR(200) CHARACTER SET latin1", ["'é'"] },
        { "VARCHAR(200) COLLATE utf8mb4_bin", ["'心跳'"] },
        { "TEXT", ["'line1\\nline2\\ttab\\0nul'", "REPEAT('长', 20000)", "''"] },
        { "LONGTEXT", ["REPEAT('x', 3000000)"] },
        { "VARBINARY(300)", ["'SHOW'", "''", "NULL"] },
        { "JSON", ["'{\"big\": 9007199254740993, \"t\": \"),(\"}'", "'[]'", "NULL"] },
        { "ENUM('a','b,c','日')", ["'b,c'", "'日'", "NULL"] },
        { "SET('x','y','z')", ["'x,z'", "''", "NULL"] },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Exact))]
    public async Task Text_of_value_is_equal_over_both_protocols_and_mysql_client(string type, string[] literals)
    {
        var database = await server.CreateDatabaseAsync();
        await using var session = await server.OpenAsync(database);
        await session.ExecuteAsync("SET sql_mode=''", Token);
        await session.ExecuteAsync($"CREATE TABLE v (id INT PRIMARY KEY, v {type})", Token);
        for (var i = 0; i < literals.Length; i++)
        {
            var byNumber = string.Create(CultureInfo.InvariantCulture, $"SELECT v FROM v WHERE id = {i}");
            await session.ExecuteAsync(
                string.Create(CultureInfo.InvariantCulture, $"INSERT INTO v VALUES ({i}, {literals[i]})"), Token);
            var printed = Encoding.UTF8.GetString(server.Cli(database, byNumber));
            (await session.ScalarAsync(byNumber, Token) ?? "NULL").ShouldBe(printed);
            (await session.ScalarAsync("SELECT v FROM v WHERE id = @id", Token, ("id", i)) ?? "NULL").ShouldBe(printed);
        }
    }

    [Fact]
    public async Task Parameter_of_every_type_is_returned_unchanged()
    {
        await using var session = await server.OpenAsync(await server.CreateDatabaseAsync());
        await session.ExecuteAsync(
            "CREATE TABLE p (a BIGINT UNSIGNED, b BIGINT, c DECIMAL(65,5), d LONGTEXT, e LONGBLOB, f TINYINT(1), "
            + "g INT)",
            Token);
        const string Text = "😀'\\\"\0),(";
        var inserted = await session.ExecuteAsync(
            "INSERT INTO p VALUES (@a,@b,@c,@d,@e,@f,@g)",
            Token,
            ("a", ulong.MaxValue),
            ("b", long.MinValue),
            ("c", 79228162514264337593.54395m),
            ("d", Text),
            ("e", "bytes"u8.ToArray()),
            ("f", true),
            ("g", null));
        inserted.ShouldBe(1);
        (await session.RowAsync("SELECT * FROM p", Token)).ShouldBe(
            ["18446744073709551615", "-9223372036854775808", "79228162514264337593.54395", Text, "bytes", "1", null]);
        (await session.QueryAsync("SELECT b, f, g FROM p", static r => (r.Number(0), r.Number(1), r.Number(2)), Token))
            .ShouldBe([(long.MinValue, 1, 0)]);
    }

    [Fact]
    public async Task Errors_carry_number_and_keep_session_usable()
    {
        await using var session = await server.OpenAsync();
        var error = await Should.ThrowAsync<MySqlSessionException>(() => session.ExecuteAsync("SELEC 1", Token));
        (error.Number, error.IsTransient).ShouldBe((1064, false));
        (await Should.ThrowAsync<MySqlSessionException>(
            () => session.ScalarAsync("SELECT * FROM nowhere.nothing WHERE id = @id", Token, ("id", 1))))
            .Number.ShouldBeOneOf(1146, 1142, 1049);
        (await session.NumberAsync("SELECT 1", Token)).ShouldBe(1);
    }

    [Fact]
    public async Task Updates_count_matched_rows()
    {
        await using var session = await server.OpenAsync(await server.CreateDatabaseAsync());
        await session.ExecuteAsync("CREATE TABLE c (id INT PRIMARY KEY, v VARCHAR(9))", Token);
        (await session.ExecuteAsync("INSERT INTO c VALUES (1, @v)", Token, ("v", "x"))).ShouldBe(1);
        (await session.ExecuteAsync("UPDATE c SET v = 'x' WHERE v = 'x'", Token)).ShouldBe(1);
        (await session.ExecuteAsync("UPDATE c SET v = 'y' WHERE v = @v", Token, ("v", "x"))).ShouldBe(1);
        (await session.ExecuteAsync("UPDATE c SET v = 'y' WHERE v = 'z'", Token)).ShouldBe(0);
        (await session.ExecuteAsync("SELECT * FROM c", Token)).ShouldBe(-1);
    }

    [Fact]
    public async Task Cancelled_statement_ends_its_session()
    {
        await using var session = await server.OpenAsync();
        await using var other = await server.OpenAsync();
        session.CommandTimeout = 0;
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = session.ScalarAsync("SELECT SLEEP(@s)", cancel.Token, ("s", 1000));
        await UntilRunningAsync(other, session.Id);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);
        session.IsOpen.ShouldBeFalse();
        await Should.ThrowAsync<OperationCanceledException>(
            () => session.ScalarAsync("SELECT 1", new CancellationToken(canceled: true)));
        (await Should.ThrowAsync<MySqlSessionException>(() => session.ScalarAsync("SELECT 1", Token)))
            .IsConnectionError.ShouldBeTrue();
        await MySqlServer.KillAsync(other, session.Id, Token);
    }

    [Fact]
    public async Task Statement_beyond_its_time_fails_with_3024_and_ends_its_session()
    {
        await using var session = await server.OpenAsync();
        await using var other = await server.OpenAsync();
        session.CommandTimeout = 1;
        (await Should.ThrowAsync<MySqlSessionException>(() => session.ExecuteAsync("SELECT SLEEP(1000)", Token)))
            .Number.ShouldBe(3024);
        session.IsOpen.ShouldBeFalse();
        await MySqlServer.KillAsync(other, session.Id, Token);
    }

    [Fact]
    public async Task Second_statement_at_the_same_time_is_refused()
    {
        await using var session = await server.OpenAsync();
        await using var other = await server.OpenAsync();
        var running = session.ExecuteAsync("SELECT SLEEP(1000)", Token);
        await UntilRunningAsync(other, session.Id);
        (await Should.ThrowAsync<InvalidOperationException>(() => session.ExecuteAsync("DO 1", Token)))
            .Message.ShouldContain("one at a time");
        await MySqlServer.KillAsync(other, session.Id, Token);
        await Should.ThrowAsync<MySqlSessionException>(() => running);
    }

    [Theory]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT `a;b`; DROP TABLE c")]
    [InlineData("SELECT 'it''s; fine'; SELECT 2")]
    [InlineData("SELECT 1 /* it's; fine */; SELECT 2")]
    [InlineData("SELECT 1 /*!; DROP TABLE c */")]
    public async Task Second_statement_in_a_text_is_refused(string sql)
    {
        await using var session = await server.OpenAsync();
        (await Should.ThrowAsync<InvalidOperationException>(() => session.ExecuteAsync(sql, Token)))
            .Message.ShouldContain("semicolon");
        (await session.ScalarAsync("SELECT ';', \"a;b\" /* it's; fine */ ; ", Token)).ShouldBe(";");
    }

    [Fact]
    public async Task Name_without_a_value_is_refused()
    {
        await using var session = await server.OpenAsync();
        (await Should.ThrowAsync<MySqlSessionException>(
            () => session.ExecuteAsync("SELECT @id, @idd", Token, ("id", 1))))
            .Message.ShouldContain("@idd");
        (await Should.ThrowAsync<MySqlSessionException>(() => session.ExecuteAsync("SET @x := 1", Token)))
            .Message.ShouldContain("@x");
        (await session.NumberAsync("SELECT @id", Token, ("id", 3))).ShouldBe(3);
    }

    [Fact]
    public async Task Value_is_never_part_of_the_SQL_text()
    {
        await using var session = await server.OpenAsync();
        await session.ExecuteAsync("SET sql_mode = 'NO_BACKSLASH_ESCAPES'", Token);
        const string Text = "\\' OR 1 = 1 -- ";
        (await session.ScalarAsync("SELECT @a", Token, ("a", Text))).ShouldBe(Text);
    }

    internal static Task UntilRunningAsync(MySqlSession other, ulong id) => Deadline.UntilAsync(
        "the statement",
        async _ => (await MySqlServer.SessionsAsync(other, Token)).Any(
            s => s.Id == id && s.Info?.StartsWith("SELECT SLEEP", StringComparison.Ordinal) == true),
        cancellationToken: Token);
}
