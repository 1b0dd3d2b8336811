using MySqlConnector;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>The sample database, everything mydumper 0.10 is known to get wrong alone, and what loads refuse: tables
/// made without strict mode, and foreign keys from and to another database.</summary>
internal static class HardDatabase
{
    /// <summary>Every table and what orders its rows.</summary>
    private static readonly (string Table, string Order)[] Tables =
    [
        ("oms_normal_config", "id"), ("`odd ``name``; (x)`", "`a b`"), ("heatbeat_sequence", "id"),
        ("empty_table", "id"), ("`心跳 表`", "`编号`"), ("`a.b-schema`", "id"), ("`slash/ed`", "id"),
        ("negative", "id"), ("zero", "id"), ("parent", "id"), ("child", "id"), ("generated_last", "id"),
        ("hidden", "id"), ("bits", "id"), ("times", "id"), ("big", "id"), ("no_key", "v"),
        ("myisam", "id"), ("numbers", "id"), ("large", "id"), ("large_auto", "id"), ("large_child", "id"),
        ("large_text", "id"),
        ("floats", "id"), ("wide", "c1"), ("refers_outside", "id"),
    ];

    internal static async Task<string> CreateAsync(MariaDbServer server, int bigRows = 3)
    {
        var database = await SampleDatabase.CreateAsync(server, rows: 60);
        await using var connection = await server.ConnectAsync(database);
        string[] statements =
        [
            "SET SESSION sql_mode='ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
            "CREATE PROCEDURE ansi() SELECT \"id\", 'a\\' FROM \"zero\"",
            "CREATE TRIGGER tr_ansi AFTER INSERT ON \"numbers_log\" FOR EACH ROW SET @\"x\" = 'b\\'",
        ];
        await SampleDatabase.ExecuteAsync(connection, "CREATE TABLE numbers_log (id INT)");
        foreach (var statement in statements)
        {
            await SampleDatabase.ExecuteAsync(connection, statement);
        }

        await SampleDatabase.ExecuteAsync(
            connection, "SET SESSION sql_mode='NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'");
        statements =
        [
            "CREATE TABLE `心跳 表` (`编号` INT PRIMARY KEY, `名 称` VARCHAR(40)) COMMENT '心'",
            "INSERT INTO `心跳 表` VALUES (1, '😀'), (2, 'é\\'\"')",
            "CREATE TABLE `a.b-schema` (id INT PRIMARY KEY, v TEXT)",
            "INSERT INTO `a.b-schema` VALUES (1, 'x;\\n'), (2, ';\\n')",
            "CREATE TABLE `slash/ed` (id INT PRIMARY KEY, v BLOB)",
            "INSERT INTO `slash/ed` VALUES (1, x'00ff0a0d1a5c2722')",
            "CREATE TABLE negative (id BIGINT PRIMARY KEY, v INT)",
            "INSERT INTO negative SELECT -seq, seq FROM seq_1_to_500",
            "CREATE TABLE zero (id INT AUTO_INCREMENT PRIMARY KEY, v INT) AUTO_INCREMENT=77",
            "INSERT INTO zero VALUES (0, 1), (5, 2)",
            "CREATE TABLE parent (id INT PRIMARY KEY) ENGINE=InnoDB",
            "CREATE TABLE child (id INT PRIMARY KEY, p INT, CONSTRAINT fk_p FOREIGN KEY (p) REFERENCES parent (id) ON "
            + "DELETE CASCADE ON UPDATE SET NULL) ENGINE=InnoDB",
            "INSERT INTO parent VALUES (1), (2)",
            "INSERT INTO child VALUES (1, 2), (2, NULL), (3, 1)",
            "CREATE TABLE generated_last (id INT PRIMARY KEY, g INT AS (id * 2) STORED, v LONGBLOB, w INT AS (id + 1) "
            + "VIRTUAL)",
            "INSERT INTO generated_last (id, v) VALUES (1, REPEAT('a', 600000)), (2, REPEAT('b', 600000)), (3, 'last')",
            "CREATE TABLE hidden (id INT PRIMARY KEY, secret INT INVISIBLE DEFAULT 7, v INT)",
            "INSERT INTO hidden (id, secret, v) VALUES (1, 42, 1), (2, 43, 2)",
            "CREATE TABLE bits (id INT PRIMARY KEY, b BIT(64), c BIT(1), s SET('a','b-c'), y YEAR, z INT(8) ZEROFILL)",
            "INSERT INTO bits VALUES (1, b'1010000000000000000000000000000000000000000000000000000000100111', b'0', "
            + "'a', 2024, 42), (2, NULL, b'1', '', 1999, 0)",
            "CREATE TABLE times (id INT PRIMARY KEY, t TIMESTAMP NULL, d DATETIME, e TIME(3))",
            "INSERT INTO times VALUES (1, '2024-03-31 02:30:00', '0000-00-00 00:00:00', '-838:59:59'), (2, '2024-10-27 "
            + "02:30:00', '2024-02-30', '00:00:00.125')",
            "CREATE TABLE big (id INT AUTO_INCREMENT PRIMARY KEY, v LONGBLOB, t TIMESTAMP NULL, KEY (t))",
            "CREATE TABLE no_key (v VARCHAR(20)) ENGINE=InnoDB",
            "INSERT INTO no_key VALUES ('a'), ('a'), (NULL), ('')",
            "CREATE TABLE myisam (id INT PRIMARY KEY, v VARCHAR(10)) ENGINE=MyISAM CHARSET=latin1",
            "INSERT INTO myisam VALUES (1, 'é'), (2, '')",
            "CREATE TABLE numbers (id BIGINT UNSIGNED PRIMARY KEY, d DECIMAL(65,30), f DOUBLE, j JSON)",
            "INSERT INTO numbers VALUES (18446744073709551615, "
            + "12345678901234567890123456789012345.123456789012345678901234567890, 1.7976931348623157e308, '{\"n\": "
            + "9007199254740993}'), (0, -1, -0.1, NULL)",
            "CREATE TABLE large (id INT AUTO_INCREMENT PRIMARY KEY, g INT NOT NULL, v VARCHAR(40), w INT, KEY `z "
            + "``odd` (v(7), g) COMMENT 'KEY `a` (b),', UNIQUE KEY u (w), KEY a (g, v)) ENGINE=InnoDB",
            "INSERT INTO large (g, v, w) SELECT seq % 17, MD5(seq), seq FROM seq_1_to_25000",
            "CREATE TABLE large_auto (id INT AUTO_INCREMENT, v INT, KEY (id), KEY (v)) ENGINE=InnoDB",
            "INSERT INTO large_auto (v) SELECT seq FROM seq_1_to_25000",
            "CREATE TABLE large_child (id INT PRIMARY KEY, g INT, KEY (g), CONSTRAINT fk_l FOREIGN KEY (g) REFERENCES "
            + "parent (id)) ENGINE=InnoDB",
            "INSERT INTO large_child SELECT seq, 1 + seq % 2 FROM seq_1_to_25000",
            "CREATE TABLE large_text (id INT PRIMARY KEY, v VARCHAR(40), KEY (v), FULLTEXT KEY (v)) ENGINE=InnoDB",
            "INSERT INTO large_text SELECT seq, MD5(seq) FROM seq_1_to_25000",
            "CREATE TABLE floats (id INT PRIMARY KEY, f FLOAT, d FLOAT(10,3))",
            "INSERT INTO floats VALUES (1, 0.5, 1234567.891), (2, 16777216, 1.005)",
            "SET SESSION innodb_strict_mode=0",
            "CREATE TABLE wide "
            + $"({string.Join(", ", Enumerable.Range(1, 34).Select(n => $"c{n} VARCHAR(255) CHARACTER SET latin1"))}) "
            + "ENGINE=InnoDB ROW_FORMAT=REDUNDANT",
            "INSERT INTO wide (c1) VALUES ('x')",
            $"CREATE DATABASE {database}_out",
            $"CREATE TABLE {database}_out.child (id INT PRIMARY KEY, p INT, CONSTRAINT fk_in FOREIGN KEY (p) "
            + $"REFERENCES {database}.parent (id)) ENGINE=InnoDB",
            $"INSERT INTO {database}_out.child VALUES (1, 2)",
            "CREATE TABLE refers_outside (id INT PRIMARY KEY, p INT, CONSTRAINT fk_out FOREIGN KEY (p) REFERENCES "
            + $"{database}_out.child (id)) ENGINE=InnoDB",
            "INSERT INTO refers_outside VALUES (1, 1)",
            "CREATE VIEW a_uses_z AS SELECT * FROM z_view",
        ];
        foreach (var statement in statements[..^1])
        {
            await SampleDatabase.ExecuteAsync(connection, statement);
        }

        await SampleDatabase.ExecuteAsync(connection, "CREATE VIEW z_view AS SELECT id, f1(v) AS f FROM zero");
        await SampleDatabase.ExecuteAsync(connection, statements[^1]);
        var random = new Random(3);
        for (var i = 0; i < bigRows; i++)
        {
            await using var insert = new MySqlCommand(
                "INSERT INTO big (v, t) VALUES (@v, '2024-05-01 12:00:00')", connection);
            insert.Parameters.AddWithValue("v", HostileText.Bytes(random, 900_000, exact: true));
            await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        return database;
    }

    /// <summary>Every byte of every table and its counter.</summary>
    internal static string Content(MariaDbServer server, string database)
    {
        var all = new List<string>();
        foreach (var (table, order) in Tables)
        {
            var columns = System.Text.Encoding.UTF8.GetString(server.Cli(database, $"""
                SELECT GROUP_CONCAT(CONCAT('COALESCE(IF(LENGTH(`', REPLACE(COLUMN_NAME, '`', '``'), '`) > 2000, SHA2(`', REPLACE(COLUMN_NAME, '`', '``'), '`, 256), HEX(CONCAT(`', REPLACE(COLUMN_NAME, '`', '``'), '`))), "-")') ORDER BY ORDINAL_POSITION SEPARATOR ', ')
                FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '{database}' AND TABLE_NAME = '{table.Trim('`').Replace("``", "`", StringComparison.Ordinal)}'
                """));
            all.Add(
                $"{table}: " + Convert.ToHexString(server.Cli(
                    database, "SET SESSION group_concat_max_len = 1000000; SET SESSION time_zone = '+00:00'; SELECT "
                        + $"{columns} FROM {table} ORDER BY {order}")));
        }

        all.Add(Convert.ToHexString(server.Cli(
            database, "SELECT TABLE_NAME, COALESCE(AUTO_INCREMENT, 0), TABLE_COLLATION FROM information_schema.TABLES "
                + $"WHERE TABLE_SCHEMA = '{database}' AND TABLE_TYPE = 'BASE TABLE' ORDER BY 1")));
        all.Add(Convert.ToHexString(server.Cli(
            database, "SELECT CONSTRAINT_NAME, TABLE_NAME, REFERENCED_TABLE_NAME, DELETE_RULE, UPDATE_RULE FROM "
                + $"information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = '{database}' ORDER BY 1")));
        return string.Join('\n', all);
    }
}
