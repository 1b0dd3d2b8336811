using MySqlConnector;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// A database with everything a dump can lose: blobs with NUL, big JSON numbers, utf8mb4, views, routines, triggers,
/// events, a sequence, odd names.
/// </summary>
internal static class SampleDatabase
{
    internal static async Task<string> CreateAsync(MariaDbServer server, int rows = 300)
    {
        var database = await server.CreateDatabaseAsync(options: "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
        await using var connection = await server.ConnectAsync(database);
        string[] statements =
        [
            """
            CREATE TABLE oms_normal_config (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, cfg_name VARCHAR(100) NOT NULL UNIQUE, cfg_value LONGTEXT,
              json JSON, bin VARBINARY(300), data LONGBLOB, price DECIMAL(30,10), at DATETIME(6), ts TIMESTAMP(6) NULL, bits BIT(9), e ENUM('a','),('), d DOUBLE)
              COMMENT='配置; -- not a comment'
            """,
            "CREATE TABLE `odd ``name``; (x)` (`a b` INT, `c``d` VARCHAR(50), g INT GENERATED ALWAYS AS (`a b` + 1) "
            + "STORED)",
            "CREATE TABLE empty_table (id INT PRIMARY KEY)",
            "CREATE TABLE heatbeat_sequence (id BIGINT AUTO_INCREMENT PRIMARY KEY, gmt_created DATETIME NOT NULL) "
            + "AUTO_INCREMENT=1000 COMMENT '心跳'",
            "CREATE VIEW `v;1` AS SELECT cfg_name, LENGTH(data) AS n FROM oms_normal_config",
            "CREATE VIEW v2 AS SELECT * FROM `v;1` WHERE n > 0",
            "CREATE PROCEDURE p1(IN a INT) COMMENT 'INSERT INTO x VALUES (1),(2);' BEGIN DECLARE s VARCHAR(99) DEFAULT "
            + "'; DELIMITER ;; -- '; SELECT a, s; /* ; */ END",
            "CREATE FUNCTION f1(a INT) RETURNS INT DETERMINISTIC RETURN a + 1",
            "CREATE TRIGGER tr1 BEFORE INSERT ON empty_table FOR EACH ROW BEGIN SET NEW.id = NEW.id + 1; SET @x = "
            + "');'; END",
            "CREATE EVENT ev1 ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO DELETE FROM empty_table "
            + "WHERE id < 0",
            "CREATE SEQUENCE s1 START WITH 100",
            "INSERT INTO `odd ``name``; (x)` (`a b`, `c``d`) VALUES (1, 'a''b'), (2, '),('), (NULL, NULL)",
            "INSERT INTO heatbeat_sequence (gmt_created) VALUES (NOW()), (NOW())",
        ];
        foreach (var statement in statements)
        {
            await ExecuteAsync(connection, statement);
        }

        await FillAsync(connection, rows, seed: 7);
        return database;
    }

    /// <summary>Rows with hostile texts and random bytes, the same for the same seed.</summary>
    internal static async Task FillAsync(MySqlConnection connection, int rows, int seed)
    {
        var random = new Random(seed);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < rows; i++)
        {
            await using var command = new MySqlCommand(
                """
                INSERT INTO oms_normal_config (cfg_name, cfg_value, json, bin, data, price, at, ts, bits, e, d)
                VALUES (@name, @value, @json, @bin, @data, @price, @at, @ts, @bits, @e, @d)
                """,
                connection,
                transaction);
            command.Parameters.AddWithValue("name", string.Create(CultureInfo.InvariantCulture, $"k{seed}-{i}"));
            command.Parameters.AddWithValue("value", i % 17 == 0 ? null : HostileText.Next(random));
            command.Parameters.AddWithValue(
                "json",
                i % 5 == 0 ? null : "{\"big\": 9007199254740993, \"neg\": -9223372036854775808, \"s\": \"),(';\"}");
            command.Parameters.AddWithValue("bin", HostileText.Bytes(random, 300));
            command.Parameters.AddWithValue(
                "data", i == 3 ? HostileText.Bytes(random, 3_000_000, exact: true) : HostileText.Bytes(random, 2000));
            command.Parameters.AddWithValue("price", 12345678901234567890.0123456789m);
            command.Parameters.AddWithValue("at", new DateTime(2024, 2, 29, 23, 59, 59).AddMicroseconds(i));
            command.Parameters.AddWithValue("ts", new DateTime(2024, 1, 1, 1, 1, 1).AddMicroseconds(i));
            command.Parameters.AddWithValue("bits", (ulong)(i % 512));
            command.Parameters.AddWithValue("e", i % 2 == 0 ? "),(" : "a");
            command.Parameters.AddWithValue("d", random.NextDouble());
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    internal static Task<int> ExecuteAsync(MySqlConnection connection, string sql) =>
        MariaDbServer.ExecuteAsync(connection, sql);

    /// <summary>Every byte of every table, as the mysql client prints it in hexadecimal.</summary>
    internal static string Content(MariaDbServer server, string database)
    {
        var config = server.Cli(database, """
            SELECT id, HEX(cfg_name), HEX(cfg_value), HEX(json), HEX(bin), SHA2(data, 256), price, at, ts, bits + 0, e, d FROM oms_normal_config ORDER BY id
            """);
        var odd = server.Cli(database, "SELECT * FROM `odd ``name``; (x)` ORDER BY `a b`");
        var beat = server.Cli(database, "SELECT * FROM heatbeat_sequence ORDER BY id");
        var increment = server.Cli(
            database, $"SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{database}' AND "
                + "TABLE_NAME = 'heatbeat_sequence'");
        return Convert.ToHexString(config) + "|" + Convert.ToHexString(odd) + "|" + Convert.ToHexString(beat) + "|"
            + Convert.ToHexString(increment);
    }
}
