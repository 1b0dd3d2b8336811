using System.Text;
using Drydock.Clients.Snapshots;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>What a dump may not hold.</summary>
public sealed class DumpRefusalTests
{
    [Theory]
    [InlineData(
        "LOAD DATA LOCAL INFILE '/var/run/secrets/kubernetes.io/serviceaccount/token' INTO TABLE t;",
        "LOAD DATA LOCAL")]
    [InlineData("/*!50000 LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t */;", "LOAD DATA LOCAL")]
    [InlineData("/*M!100000 LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t */;", "LOAD DATA LOCAL")]
    [InlineData("lo/**/ad data infile '/etc/passwd' into table t;", "LO AD DATA")]
    [InlineData("load xml local infile '/etc/passwd' into table t;", "LOAD XML LOCAL")]
    [InlineData("GRANT ALL ON *.* TO a;", "GRANT ALL ON")]
    [InlineData("CREATE USER a IDENTIFIED BY 'b';", "CREATE USER")]
    [InlineData("CREATE DATABASE b;", "CREATE DATABASE")]
    [InlineData("CREATE TEMPORARY TABLE b (a int);", "CREATE TEMPORARY")]
    [InlineData("CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST '1.2.3.4');", "CREATE SERVER")]
    [InlineData("CREATE FUNCTION f RETURNS STRING SONAME 'udf.so';", "CREATE FUNCTION F")]
    [InlineData("CREATE TABLE t AS SELECT LOAD_FILE('/etc/passwd');", "CREATE TABLE T")]
    [InlineData("CREATE TABLE `t` (SELECT 1);", "CREATE TABLE")]
    [InlineData("CREATE TABLE `t` (a int) TABLE mysql.user;", "CREATE TABLE")]
    [InlineData("CREATE TABLE `t` LIKE mysql.user;", "CREATE TABLE")]
    [InlineData("CREATE TABLE `t` (LIKE mysql.user);", "CREATE TABLE")]
    [InlineData("CREATE TABLE `t` (a int) DATA DIRECTORY='/etc';", "CREATE TABLE")]
    [InlineData(
        "CREATE TABLE `t` (a int) /*!50100 PARTITION BY HASH (a) (PARTITION p INDEX DIRECTORY = '/etc') */;",
        "CREATE TABLE")]
    [InlineData("CREATE TABLE `t` (a int) ENGINE=FEDERATED CONNECTION='mysql://u@1.2.3.4/d/t';", "CREATE TABLE")]
    [InlineData("CREATE TABLE `t` (a int) engine connect file_name='/etc/passwd';", "CREATE TABLE")]
    [InlineData("CREATE TABLE `t` (a int) ENGINE='CONNECT';", "CREATE TABLE")]
    [InlineData("CREATE TABLE `t` (a int) ENGINE=MERGE UNION=(`mysql`.`user`);", "CREATE TABLE")]
    [InlineData("CREATE VIEW `v` AS SELECT LOAD_FILE('/etc/passwd');", "CREATE VIEW")]
    [InlineData("/*!50001 CREATE VIEW `v` AS SELECT 1 INTO OUTFILE '/tmp/x' */;", "CREATE VIEW")]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/x';", "SELECT 1 INTO")]
    [InlineData("INSERT INTO `t` SELECT LOAD_FILE('/etc/passwd');", "INSERT INTO")]
    [InlineData("INSERT INTO `t` VALUES (LOAD_FILE('/etc/passwd'));", "INSERT INTO")]
    [InlineData("INSERT INTO `t` VALUES ((SELECT a FROM mysql.user));", "INSERT INTO")]
    [InlineData("INSERT INTO `t` VALUES (1),(2,f(1));", "INSERT INTO")]
    [InlineData("INSERT INTO `t` VALUES (1) ON DUPLICATE KEY UPDATE a=1;", "INSERT INTO")]
    [InlineData("INSERT INTO `t` VALUES (1) UNION SELECT 1;", "INSERT INTO")]
    [InlineData("INSERT INTO `t` VALUES (1) RETURNING a;", "INSERT INTO")]
    [InlineData("INSERT INTO `t` SET a=1;", "INSERT INTO")]
    [InlineData("INSERT INTO `t` (`a`,f(1)) VALUES (1);", "INSERT INTO")]
    [InlineData("INSERT INTO `mysql`.`user` VALUES (1);", "INSERT INTO")]
    [InlineData("/*!50000 INSERT INTO `t` VALUES (1) */;", "INSERT")]
    [InlineData("SET GLOBAL local_infile=1;", "SET GLOBAL LOCAL_INFILE")]
    [InlineData("SET @@global.local_infile=1;", "SET")]
    [InlineData("SET PASSWORD = 'x';", "SET PASSWORD")]
    [InlineData("SET @x=1, sql_mode='NO_BACKSLASH_ESCAPES';", "SET")]
    [InlineData("SET sql_mode=@never_saved;", "SET SQL_MODE")]
    [InlineData("SET sql_mode='\\NO_BACKSLASH_ESCAPES';", "SET SQL_MODE")]
    [InlineData("SET sql_mode=\"ANSI_QUOTES\";", "SET SQL_MODE")]
    [InlineData("SET @a=(SELECT 1);", "SET")]
    [InlineData(
        "SET STATEMENT max_statement_time=1 FOR LOAD DATA INFILE 'x' INTO TABLE t;",
        "SET STATEMENT MAX_STATEMENT_TIME")]
    [InlineData("SET sql_log_bin=0;", "SET SQL_LOG_BIN")]
    [InlineData("SET NAMES gbk;", "SET NAMES GBK")]
    [InlineData("SET character_set_client=gbk; INSERT INTO `t` VALUES ('a');", "INSERT")]
    [InlineData("USE mysql;", "USE MYSQL")]
    [InlineData("DROP DATABASE rm;", "DROP DATABASE RM")]
    [InlineData("DROP TABLE t;", "DROP TABLE T")]
    [InlineData("DROP TABLE IF EXISTS `mysql`.`user`;", "DROP TABLE IF")]
    [InlineData("ALTER TABLE `t` ENGINE=CONNECT;", "ALTER TABLE")]
    [InlineData("ALTER DATABASE `other` CHARACTER SET utf8;", "ALTER DATABASE")]
    [InlineData("PREPARE s FROM 'x';", "PREPARE S FROM")]
    [InlineData("CALL p();", "CALL P")]
    [InlineData("INSTALL PLUGIN x SONAME 'y.so';", "INSTALL PLUGIN X")]
    [InlineData("\\! id\n", "without a keyword at its beginning")]
    [InlineData("/*!40101 \\! id */;", "without a keyword at its beginning")]
    [InlineData("/*!999999\\! id */;", "without a keyword at its beginning")]
    [InlineData("/*M!999999\\- other text, as long as */;", "without a keyword at its beginning")]
    [InlineData("system id\n;", "SYSTEM ID")]
    [InlineData("source /etc/passwd\n;", "SOURCE")]
    [InlineData("DELIMITER //\n", "without a keyword at its beginning")]
    [InlineData("COMMIT; DELIMITER ;;\n", "without a keyword at its beginning")]
    [InlineData("/*!99999 COMMENT ON */;", "COMMENT ON")]
    [InlineData("/*!5000100 COMMIT */;", "without a keyword at its beginning")]
    [InlineData("/*!40101 COMMIT; LOAD DATA INFILE 'x' INTO TABLE t */;", "COMMIT")]
    [InlineData("/*!99999 CREATE VIEW v AS SELECT '*/; LOAD DATA INFILE ''x''' */;", "CREATE VIEW V")]
    [InlineData("LOCK TABLES `mysql`.`user` WRITE;", "LOCK TABLES")]
    [InlineData("FLUSH PRIVILEGES;", "FLUSH PRIVILEGES")]
    public void Forbidden_statement_is_refused_with_kind_and_offset(string sql, string kind)
    {
        const string Before = "-- a comment\nSET NAMES utf8mb4;\nDROP TABLE IF EXISTS `x`;\n";
        foreach (var size in (int[])[1, 5, 4096])
        {
            var refused = Scan(Before + sql + "\nCOMMIT;\n", SnapshotPart.Whole, size).Refused.ShouldNotBeNull(sql);
            refused.Kind.ShouldBe(kind);
            refused.Offset.ShouldBe(Before.Length + OffsetIn(sql));
            refused.Describe("rm.sql.gz").ShouldStartWith($"rm.sql.gz: the statement {kind} at byte ");
        }
    }

    [Theory]
    [InlineData(SnapshotPart.Rows, "DROP TABLE IF EXISTS `t`;")]
    [InlineData(SnapshotPart.Rows, "SET sql_mode='ANSI_QUOTES';")]
    [InlineData(SnapshotPart.Rows, "LOCK TABLES `t` WRITE;")]
    [InlineData(SnapshotPart.Rows, "DELIMITER ;;\n")]
    [InlineData(SnapshotPart.Tables, "INSERT INTO `t` VALUES (1);")]
    [InlineData(SnapshotPart.Tables, "CREATE PROCEDURE p() SELECT 1;")]
    [InlineData(SnapshotPart.OtherRows, "CREATE TABLE `t` (a int);")]
    [InlineData(SnapshotPart.Routines, "INSERT INTO `t` VALUES (1);")]
    [InlineData(SnapshotPart.Routines, "CREATE TABLE `t` (a int);")]
    [InlineData(SnapshotPart.Views, "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET @a=1;")]
    public void A_statement_of_another_part_is_refused(SnapshotPart part, string sql)
    {
        Scan(sql, part, 7).Refused.ShouldNotBeNull().Offset.ShouldBe(0);
        if (!sql.StartsWith("SET sql_mode", StringComparison.Ordinal))
        {
            Scan(sql, SnapshotPart.Whole, 7).Refused.ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("INSERT INTO `t` VALUES (\"a;\nLOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t;\n\");")]
    [InlineData("INSERT INTO `t` VALUES ('a;\nLOAD DATA LOCAL INFILE \"/etc/passwd\" INTO TABLE t;\n');")]
    [InlineData("INSERT INTO `t` (`a;\nLOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t;\n`) VALUES (1);")]
    [InlineData("/* ;\nLOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t;\n */ INSERT INTO `t` VALUES (1);")]
    [InlineData("INSERT INTO `t` VALUES ('\0');")]
    public void What_myloader_would_split_in_another_place_is_refused(string sql)
    {
        foreach (var size in (int[])[1, 4096])
        {
            Scan(sql, SnapshotPart.Rows, size).Refused.ShouldNotBeNull();
        }
    }

    [Theory]
    [InlineData(
        "CREATE TABLE `t` (\n  `directory` int COMMENT 'DATA DIRECTORY, SELECT',\n  `a` varchar(9) GENERATED ALWAYS AS "
            + "(concat(`directory`,' as ')) VIRTUAL,\n  CHECK (`a` like 'x%')\n) ENGINE=InnoDB;")]
    [InlineData(
        "CREATE TABLE `t` (\n  `a` bigint(20) NOT NULL\n) DEFAULT CHARSET = utf8mb4 ROW_FORMAT = COMPACT COMPRESSION = "
            + "'zstd_1.0' REPLICA_NUM = 1 BLOCK_SIZE = 16384 USE_BLOOM_FILTER = FALSE TABLEGROUP = 'tg' TABLET_SIZE = "
            + "134217728 PCTFREE = 0\n partition by range(a)\n(partition p0 values less than (10) ENGINE = InnoDB);")]
    [InlineData(
        "CREATE TABLE `t` (\n  `a` json DEFAULT (json_object()),\n  `b` int /*!80023 INVISIBLE */\n) ENGINE=InnoDB "
            + "/*!50100 PARTITION BY LIST (`b`) (PARTITION p VALUES IN (1,2) ENGINE = InnoDB) */;")]
    [InlineData("CREATE TABLE `t` (`a` int(11) DEFAULT nextval(`rm`.`s1`)) ENGINE=Aria WITH SYSTEM VERSIONING;")]
    [InlineData("CREATE TABLE `mm` (`a` int(11)) ENGINE=MRG_MyISAM UNION=(`m1`,`m2`);")]
    [InlineData(
        "CREATE SEQUENCE `s1` start with 100 minvalue 1 increment by 1 cache 1000 nocycle ENGINE=InnoDB;\nDO "
            + "SETVAL(`s1`, -100, 0);\nSELECT SETVAL(`s1`, 1, 0);")]
    [InlineData(
        "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`SELECT`@`%` SQL SECURITY DEFINER */\n/*!50001 VIEW "
            + "`v1` AS select concat('*/ ;;') AS `into` */;")]
    [InlineData("SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0;\nCOMMIT;\nSET AUTOCOMMIT=@OLD_AUTOCOMMIT;")]
    [InlineData("/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */;")]
    [InlineData("/*!999999\\- enable the sandbox mode */ \nSET NAMES utf8mb4;")]
    [InlineData("ALTER DATABASE `rm` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;")]
    [InlineData(
        "/*!50003 SET character_set_client = gbk */ ;\nDELIMITER ;;\nCREATE PROCEDURE p() BEGIN LOAD DATA INFILE 'x' "
            + "INTO TABLE t; END ;;\nDELIMITER ;\n")]
    [InlineData("LOCK TABLES `a` READ LOCAL, `b` WRITE;UNLOCK TABLES;;")]
    [InlineData("INSERT INTO `t` VALUES (1,-2.5e3,NULL,0xFF,_binary 'a(b',b'1',\"f(x)\",CURRENT_USER);")]
    [InlineData("DROP TABLE IF EXISTS `rm`.`t`;")]
    public void What_the_tools_write_passes(string sql)
    {
        foreach (var size in (int[])[1, 4096])
        {
            Scan(sql, SnapshotPart.Whole, size).Refused.ShouldBeNull(sql);
        }
    }

    [Fact]
    public void Nothing_behind_a_refused_statement_is_read()
    {
        var summary = Scan("DROP DATABASE a; CREATE TABLE `t` (a int);", SnapshotPart.Whole, 4096);
        summary.Refused.ShouldNotBeNull();
        summary.Tables.ShouldBeEmpty();
    }

    [Fact]
    public void Names_without_end_are_refused_and_not_kept()
    {
        var scanner = new DumpScanner(SnapshotPart.Whole, "rm", new NameBudget(limit: 10_000));
        for (var i = 0; i < 200 && scanner.Refused is null; i++)
        {
            scanner.Push(Encoding.UTF8.GetBytes($"CREATE TABLE `t{i}` (a int);\n"));
        }

        scanner.Refused.ShouldNotBeNull().Why.ShouldContain("10000 bytes");
        scanner.Finish().Tables.Count.ShouldBeLessThan(100);
    }

    [Fact]
    public void Huge_name_of_doubled_quotes_is_truncated()
    {
        var scanner = new DumpScanner();
        scanner.Push("CREATE TABLE `"u8);
        for (var i = 0; i < 1024; i++)
        {
            scanner.Push(Encoding.UTF8.GetBytes(new string('`', 1024)));
        }

        scanner.Push("x` (a int);"u8);
        scanner.Finish().Tables.Keys.ShouldHaveSingleItem().Length.ShouldBeLessThanOrEqualTo(512);
    }

    // Where the first statement is a good one, the second is the refused one.
    private static int OffsetIn(string sql) => sql switch
    {
        _ when sql.StartsWith("SET character", StringComparison.Ordinal) => "SET character_set_client=gbk; ".Length,
        _ when sql.StartsWith("COMMIT; D", StringComparison.Ordinal) => "COMMIT; ".Length,
        _ => 0,
    };

    private static DumpSummary Scan(string sql, SnapshotPart part, int size)
    {
        var scanner = new DumpScanner(part, "rm", new NameBudget());
        foreach (var piece in Encoding.UTF8.GetBytes(sql).Chunk(size))
        {
            scanner.Push(piece);
        }

        return scanner.Finish();
    }
}
