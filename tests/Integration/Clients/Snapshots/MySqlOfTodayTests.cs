using System.Text.RegularExpressions;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// Snapshots of a real MySQL 9 as Debian installs it, but for a certificate that carries its name: accounts with
/// caching_sha2_password, event scheduler on.
/// </summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class MySqlOfTodayTests(LabFixture lab) : IAsyncLifetime
{
    private const string User = "drc";
    private const string Password = "obviously-not-a-real-secret";

    // Of the kinds of the public sample data: views on views, triggers, routines, foreign keys, full text, geometry.
    private static readonly string[] Objects =
    [
        "CREATE TABLE actor (id SMALLINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, last_name VARCHAR(45) NOT NULL, changed "
        + "TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), KEY (last_name))",
        "CREATE TABLE film (id SMALLINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, title VARCHAR(128) NOT NULL, description "
        + "TEXT, rating ENUM('G','),(') DEFAULT 'G', features SET('a','b(c'), price DECIMAL(65,30), picture LONGBLOB, "
        + "released YEAR, lead_actor SMALLINT UNSIGNED, CONSTRAINT fk_lead FOREIGN KEY (lead_actor) REFERENCES actor "
        + "(id) ON DELETE SET NULL ON UPDATE CASCADE)",
        "CREATE TABLE film_text (id SMALLINT UNSIGNED PRIMARY KEY, title VARCHAR(255), description TEXT, FULLTEXT KEY "
        + "(title, description))",
        "CREATE TABLE address (id INT PRIMARY KEY, place GEOMETRY NOT NULL SRID 0, more JSON, flags BIT(13), id16 "
        + "BINARY(16) DEFAULT (UUID_TO_BIN('6ccd780c-baba-1026-9564-5b8c656024db')), SPATIAL KEY (place), CHECK (id "
        + "> 0))",
        "CREATE TABLE `odd ``name``; (x)` (`a b` INT PRIMARY KEY, `心` VARCHAR(50) CHARACTER SET latin1) PARTITION BY "
        + "RANGE (`a b`) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
        "CREATE VIEW films AS SELECT f.id, f.title, a.last_name FROM film f LEFT JOIN actor a ON a.id = f.lead_actor",
        "CREATE VIEW a_films AS SELECT id FROM films",
        "CREATE TRIGGER film_added AFTER INSERT ON film FOR EACH ROW BEGIN INSERT INTO film_text VALUES (NEW.id, "
        + "NEW.title, NEW.description); END",
        "CREATE FUNCTION twice(a INT) RETURNS INT DETERMINISTIC RETURN a * 2",
        "CREATE PROCEDURE ends(IN a INT) BEGIN DECLARE s VARCHAR(40) DEFAULT '; DELIMITER ;; -- '; SELECT s, twice(a); "
        + "/* ; */ END",
        "CREATE EVENT tidy ON SCHEDULE EVERY 1 SECOND DO DELETE FROM film WHERE id < 0",
        "INSERT INTO actor (last_name) VALUES ('GUINESS'), ('é\\'\"😀')",
        "INSERT INTO film (title, description, features, price, picture, released, lead_actor) VALUES ('ACADEMY', "
        + "'),(`;--\\n\\Z\\0', 'a,b(c', 12345678901234567890123456789012345.123456789012345678901234567890, "
        + "x'00271a0a0d5c22', 2006, 1), ('ACE', NULL, '', -1, NULL, NULL, 2)",
        "INSERT INTO address (id, place, more, flags) VALUES (1, ST_GeomFromText('POINT(1 2)'), '{\"n\": "
        + "9007199254740993}', b'1010101010101')",
        "INSERT INTO `odd ``name``; (x)` VALUES (1, 'é'), (11, NULL)",
    ];

    private static readonly string[] Tables = ["actor", "film", "film_text", "address", "`odd ``name``; (x)`"];

    private MetaDb _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var system = await LabSystem.GetAsync(LabSystem.Sid, Token);
        _server = await MetaDb.StartAsync(
            await lab.RunAsync(),
            new MetaDbOptions { Name = LabFixture.UniqueName("mysql"), System = system, Tls = true }, Token);
        await _server.CreateUserAsync(User, Password, cancellationToken: Token);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Snapshot_is_tested_and_restored_as_it_was()
    {
        using var folder = new TemporaryStorage();
        await CreateAsync("sample", Objects);
        var before = await ContentAsync("sample");
        var location = folder.At("sample");

        await new Snapshotter().TakeAsync(Request(location, "sample", DumpToolKind.MySqlDump), Token);
        var load = new SnapshotLoadRequest { Location = location, Connection = Connection(), Database = "sample" };
        (await new SnapshotLoader().RestoreTestAsync(
            new RestoreTestRequest { Location = location, Connection = Connection() }, Token)).Findings.ShouldBeEmpty();
        await _server.ExecAsync(
            "DELETE FROM film; DROP VIEW a_films; DROP TRIGGER film_added; CREATE TABLE later (id INT)", "sample",
            Token);

        await new SnapshotLoader().RestoreAsync(load, Token);
        (await ContentAsync("sample")).ShouldBe(before);
    }

    /// <summary>Without SESSION_VARIABLES_ADMIN the server refuses to switch its checks off.</summary>
    [Fact]
    public async Task Check_that_stays_on_is_a_warning_and_explains_a_failed_load()
    {
        using var folder = new TemporaryStorage();
        await _server.CreateUserAsync("plain", Password, "ALL PRIVILEGES ON `plain%`.*", Token);
        await CreateAsync("plain", "CREATE TABLE t (id INT PRIMARY KEY)");
        var columns = string.Join(", ", Enumerable.Range(1, 34).Select(n => $"c{n} VARCHAR(255) CHARACTER SET latin1"));
        await CreateAsync(
            "plain_wide", "SET SESSION innodb_strict_mode=0",
            $"CREATE TABLE wide (id INT PRIMARY KEY, {columns}) ROW_FORMAT=REDUNDANT");
        foreach (var database in (string[])["plain", "plain_wide"])
        {
            await new Snapshotter().TakeAsync(Request(folder.At(database), database, DumpToolKind.MySqlDump), Token);
        }

        var warnings = new List<string>();
        await new SnapshotLoader().RestoreAsync(Load("plain"), Token);
        warnings.ShouldContain(w => w.Contains(
            "innodb_strict_mode was not switched off for the load: ERROR 1227", StringComparison.Ordinal));

        var failed = await Should.ThrowAsync<SnapshotException>(
            () => new SnapshotLoader().RestoreAsync(Load("plain_wide"), Token));
        failed.Message.ShouldContain("ERROR 1118");
        failed.Message.ShouldContain("innodb_strict_mode was not switched off for the load: ERROR 1227");

        SnapshotLoadRequest Load(string database) => new()
        {
            Location = folder.At(database),
            Connection = Connection() with { UserID = "plain" },
            Database = database,
            OnWarning = w => warnings.Add(w.Message),
        };
    }

    [Fact]
    public async Task Generated_columns_and_vectors_are_refused_or_restored()
    {
        using var folder = new TemporaryStorage();
        await CreateAsync(
            "generated", "CREATE TABLE g (a INT PRIMARY KEY, b INT AS (a * 2) STORED, c INT AS (a + 1) VIRTUAL)",
            "INSERT INTO g (a) VALUES (1), (2)");
        await CreateAsync(
            "vectors", "CREATE TABLE v (id INT PRIMARY KEY, v VECTOR(3))",
            "INSERT INTO v VALUES (1, STRING_TO_VECTOR('[1,2,3]'))");
        foreach (var (database, tool) in new[]
        {
            ("generated", DumpToolKind.MySqlDump), ("vectors", DumpToolKind.MySqlDump),
            ("vectors", DumpToolKind.MyDumper)
        })
        {
            (await Should.ThrowAsync<SnapshotException>(
                () => new Snapshotter().TakeAsync(Request(folder.At($"{database}-{tool}"), database, tool), Token)))
                .Message.ShouldContain("MySQL could not load the dump");
        }

        var location = folder.At("generated");
        await new Snapshotter().TakeAsync(Request(location, "generated", DumpToolKind.MyDumper), Token);
        await _server.ExecAsync("DELETE FROM g WHERE a = 2", "generated", Token);
        await new SnapshotLoader().RestoreAsync(
            new SnapshotLoadRequest { Location = location, Connection = Connection(), Database = "generated" }, Token);
        (await _server.ExecAsync("SELECT * FROM g", "generated", Token)).ShouldBe("1\t2\t2\n2\t4\t3");
    }

    // Its certificate, made by itself, names no host.
    [Fact]
    public async Task Server_as_installed_is_reached_by_fingerprint_that_refusal_prints_or_by_its_authority()
    {
        await using var server = await MetaDb.StartAsync(
            await lab.RunAsync(),
            new MetaDbOptions
            {
                Name = LabFixture.UniqueName("mysql"),
                System = await LabSystem.GetAsync(LabSystem.Sid, Token),
                ServerArguments = ["--ssl-ca=ca.pem", "--ssl-cert=server-cert.pem", "--ssl-key=server-key.pem"],
            },
            Token);
        await server.CreateUserAsync(User, Password, cancellationToken: Token);
        await server.ExecAsync(
            "CREATE DATABASE rm; CREATE TABLE rm.t (a INT PRIMARY KEY); INSERT INTO rm.t VALUES (1)",
            cancellationToken: Token);
        var authority = Path.Combine(
            (await server.ExecAsync("SELECT @@datadir", cancellationToken: Token)).Trim(), "ca.pem");

        await RefusedAsync(new MySqlTls(), "tls.fingerprint");
        var refusal = await RefusedAsync(new MySqlTls { Mode = MySqlTlsMode.VerifyIdentity }, "VerifyCA");
        await CopiedAsync(new MySqlTls
        {
            Fingerprint = Regex.Match(refusal, "tls.fingerprint to (?<it>[0-9A-F:]{95})").Groups["it"].Value
        });
        await CopiedAsync(
            new MySqlTls { Mode = MySqlTlsMode.VerifyCA, Authority = await File.ReadAllTextAsync(authority, Token) });

        MySqlOptions With(MySqlTls tls) =>
            new() { Server = server.Address, Port = server.Port, UserID = User, Password = Password, Tls = tls };

        async Task<string> RefusedAsync(MySqlTls tls, string wayOut)
        {
            var error = await Should.ThrowAsync<MySqlSessionException>(() => MySqlSession.OpenAsync(With(tls), Token));
            error.Message.ShouldContain(wayOut);
            return error.Message;
        }

        async Task CopiedAsync(MySqlTls tls)
        {
            using var folder = new TemporaryStorage();
            foreach (var tool in Enum.GetValues<DumpToolKind>())
            {
                var location = folder.At($"{tool}");
                await new Snapshotter().TakeAsync(
                    new SnapshotRequest
                    {
                        Location = location,
                        Connection = With(tls),
                        Databases = ["rm"],
                        Tool = tool
                    },
                    Token);
                await server.ExecAsync("DELETE FROM rm.t", cancellationToken: Token);
                await new SnapshotLoader().RestoreAsync(
                    new SnapshotLoadRequest { Location = location, Connection = With(tls), Database = "rm" }, Token);
                (await server.ExecAsync("SELECT a FROM rm.t", cancellationToken: Token)).Trim().ShouldBe("1");
            }
        }
    }

    private MySqlOptions Connection() => new()
    {
        Server = _server.Address,
        Port = _server.Port,
        UserID = User,
        Password = Password,
        Tls = new MySqlTls
        {
            Mode = MySqlTlsMode.VerifyIdentity,
            Authority = File.ReadAllText(_server.AuthorityPath),
        },
    };

    private SnapshotRequest Request(SnapshotLocation location, string database, DumpToolKind tool) =>
        new() { Location = location, Connection = Connection(), Databases = [database], Tool = tool };

    private async Task CreateAsync(string database, params string[] statements)
    {
        await _server.ExecAsync(
            $"CREATE DATABASE `{database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci", cancellationToken: Token);
        await _server.ExecAsync($"DELIMITER //\n{string.Concat(statements.Select(s => s + "//\n"))}", database, Token);
    }

    private async Task<string> ContentAsync(string database)
    {
        var tables = string.Concat(Tables.Select(t => $"CHECKSUM TABLE {t}; SHOW CREATE TABLE {t};"));
        return await _server.ExecAsync(
            tables + $"""
            SHOW TABLES; SHOW CREATE VIEW films; SHOW CREATE VIEW a_films; SHOW CREATE FUNCTION twice; SHOW CREATE PROCEDURE ends;
            SELECT TRIGGER_NAME, ACTION_STATEMENT, SQL_MODE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '{database}';
            SELECT EVENT_NAME, EVENT_DEFINITION, STATUS, INTERVAL_VALUE, INTERVAL_FIELD, STARTS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '{database}';
            SELECT HEX(description), HEX(picture), price FROM film; SELECT ST_AsText(place), more, flags + 0, HEX(id16) FROM address;
            """,
            database,
            Token);
    }
}
