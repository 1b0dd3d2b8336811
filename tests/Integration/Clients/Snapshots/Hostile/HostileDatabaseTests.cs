namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// hostile.sql with hostile.mariadb.sql or hostile.mysql.sql, dumped and restored on a real server. DRYDOCK_LAB_METADB
/// names its system: Debian 12 has MariaDB 10.11, trixie MariaDB 11.8, sid MySQL 9.
/// </summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class HostileDatabaseTests(LabFixture lab) : IAsyncLifetime
{
    private const string Password = "obviously-not-a-real-secret";

    private static readonly string[] Accepted = ["DumpLosesDigits/h.fl.f"];

    private MetaDb _server = null!;
    private bool _isMySql;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await MetaDb.StartAsync(
            await lab.RunAsync(), new MetaDbOptions { Name = LabFixture.UniqueName("hostile"), Tls = true }, Token);
        _isMySql = !(await AskAsync("SELECT VERSION()")).Contains("MariaDB", StringComparison.Ordinal);
        await _server.CreateUserAsync("drc", Password, cancellationToken: Token);
        foreach (var name in new[] { "hostile.sql", _isMySql ? "hostile.mysql.sql" : "hostile.mariadb.sql" })
        {
            await _server.ExecAsync(
                await File.ReadAllTextAsync(
                    Repository.PathOf("tests", "Integration", "Clients", "Snapshots", "Hostile", name), Token),
                cancellationToken: Token);
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Hostile_database_is_restored_but_for_the_digits_of_FLOAT(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();

        // Each tool refuses one of the tables, with these words.
        var (without, words) =
            tool == DumpToolKind.MyDumper ? ("`weird ``na\nme心`", "has a line feed") : ("js", "generated columns");
        if (_isMySql || tool == DumpToolKind.MyDumper)
        {
            var all = new SnapshotRequest
            {
                Location = folder.At("all"),
                Connection = Connection("drc"),
                Databases = ["h"],
                Tool = tool,
                Acknowledged = Accepted
            };
            (await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().TakeAsync(all, Token))).Message
                .ShouldContain(words);
            await AskAsync($"DROP TABLE h.{without}");
        }

        var request = new SnapshotRequest
        {
            Location = folder.One,
            Connection = Connection("drc"),
            Databases = ["h"],
            Tool = tool
        };
        var refused = await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().TakeAsync(request, Token));
        (refused.Failure, refused.Message).ShouldSatisfyAllConditions(
            r => r.Failure.ShouldBe(SnapshotFailure.DumpLosesDigits),
            r => r.Message.ShouldContain($"add {Accepted[0]} to"));
        var (before, outside) = (await ContentAsync("h"), await ContentAsync("hx"));
        var digits = await AskAsync("SELECT id, f + 0e0 FROM h.fl");
        digits.ShouldContain("16777216");
        var manifest = await new Snapshotter().TakeAsync(request with { Acknowledged = Accepted }, Token);
        manifest.Tool.Omission.ShouldBe("with six digits of the FLOAT columns h.fl.f");
        if (_isMySql)
        {
            await AskAsync("SET GLOBAL sql_require_primary_key=ON; SET GLOBAL sql_generate_invisible_primary_key=ON");
        }

        await AskAsync(
            "DELETE FROM h.bt; DROP VIEW h.v1; DROP TRIGGER h.tr0; CREATE TABLE h.later (id INT PRIMARY KEY)");
        var warnings = new List<string>();
        await new SnapshotLoader().RestoreAsync(
            new SnapshotLoadRequest
            {
                Location = folder.One,
                Connection = Connection("drc"),
                Database = "h",
                OnWarning = w => warnings.Add(w.Message)
            },
            Token);

        warnings.ShouldBeEmpty();
        Differing(before, await ContentAsync("h")).ShouldBeEmpty();
        (await ContentAsync("hx")).ShouldBe(outside);
        (await AskAsync("SELECT id, f + 0e0 FROM h.fl"))
            .ShouldBe(digits.Replace("16777216", "16777200", StringComparison.Ordinal)
                .Replace("3.1415927410125732", "3.141590118408203", StringComparison.Ordinal)
                .Replace("123456792", "123457000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Routines_that_an_account_does_not_see_are_not_left_out_unasked()
    {
        using var folder = new TemporaryStorage();
        await _server.CreateUserAsync("half", Password, "SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON h.*", Token);
        var request = new SnapshotRequest
        {
            Location = folder.One,
            Connection = Connection("half"),
            Databases = ["h"],
            Acknowledged = Accepted
        };

        var hidden = await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().TakeAsync(request, Token));
        hidden.Failure.ShouldBe(SnapshotFailure.ObjectsHidden);
        hidden.Message.ShouldContain("may hide routines of h,");

        await AskAsync("GRANT EXECUTE ON h.* TO half@'%'");
        var unknown = await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().TakeAsync(request, Token));
        unknown.Failure.ShouldBe(SnapshotFailure.DumpFailed);
        unknown.Message.ShouldContain("does not show the definition of FUNCTION fn");
        folder.Files().ShouldBeEmpty();
    }

    private MySqlOptions Connection(string user) => new()
    {
        Server = _server.Address,
        Port = _server.Port,
        UserID = user,
        Password = Password,
        Tls = new MySqlTls { Mode = MySqlTlsMode.VerifyIdentity, Authority = File.ReadAllText(_server.AuthorityPath) },
    };

    private Task<string> AskAsync(string sql) => _server.ExecAsync(sql, cancellationToken: Token);

    // Every row of every table, in hexadecimal, the history with it; definitions; the order of triggers.
    private async Task<string> ContentAsync(string database)
    {
        var all = new List<string>();
        foreach (var row in Lines(await AskAsync(
            $"SELECT HEX(TABLE_NAME), TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{database}' AND "
            + $"TABLE_NAME <> '{RestoreWitness.Table}' ORDER BY BINARY TABLE_NAME")))
        {
            var (hex, kind) = (row.Split('\t')[0], row.Split('\t')[1]);
            var name = System.Text.Encoding.UTF8.GetString(Convert.FromHexString(hex));
            var quoted = $"{database}.`{name.Replace("`", "``", StringComparison.Ordinal)}`";
            all.Add(
                $"{name} {await AskAsync($"SHOW CREATE {(kind is "VIEW" or "SEQUENCE" ? kind : "TABLE")} {quoted}")}");
            if (kind is "VIEW" or "SEQUENCE")
            {
                continue;
            }

            var columns = Lines(await AskAsync(
                $"SELECT HEX(COLUMN_NAME) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '{database}' AND "
                + $"HEX(TABLE_NAME) = '{hex}' ORDER BY ORDINAL_POSITION"))
                .Select(c => "`"
                    + $"{System.Text.Encoding.UTF8.GetString(Convert.FromHexString(c))
                        .Replace("`", "``", StringComparison.Ordinal)}"
                    + "`");
            var (from, more) =
                kind == "SYSTEM VERSIONED" ? (" FOR SYSTEM_TIME ALL", (string[])["row_start", "row_end"]) : ("", []);
            var list = string.Join(", ", columns.Concat(more).Select(c => $"COALESCE(HEX(CONCAT({c})), '-')"));
            all.AddRange(Lines(await AskAsync($"SET time_zone = '+00:00'; SELECT {list} FROM {quoted}{from}"))
                .Order(StringComparer.Ordinal));
        }

        all.Add(await AskAsync(
            "SELECT ROUTINE_TYPE, ROUTINE_NAME, HEX(ROUTINE_DEFINITION), DEFINER, SQL_MODE FROM "
            + $"information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '{database}' ORDER BY 1, 2"));
        all.Add(await AskAsync(
            "SELECT TRIGGER_NAME, ACTION_ORDER, ACTION_STATEMENT, DEFINER FROM information_schema.TRIGGERS WHERE "
            + $"TRIGGER_SCHEMA = '{database}' ORDER BY 1"));
        all.Add(await AskAsync(
            "SELECT EVENT_NAME, EVENT_DEFINITION, STATUS, DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = "
            + $"'{database}'"));
        return string.Join('\n', all);
    }

    private static string[] Differing(string before, string after) =>
    [
        .. Lines(before).Except(Lines(after), StringComparer.Ordinal).Select(l => $"- {l}"),
        .. Lines(after).Except(Lines(before), StringComparer.Ordinal).Select(l => $"+ {l}"),
        .. before.Length == after.Length ? (string[])[] : ["Another number of lines."],
    ];

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
