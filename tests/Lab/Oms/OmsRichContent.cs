namespace Drydock.Lab.Oms;

/// <summary>One example of everything that a careless dump or restore loses or spoils, in the rm database.</summary>
internal static class OmsRichContent
{
    /// <summary>
    /// A view on a view that sorts before it, an event, generated columns, foreign keys with cascades and to the same
    /// table, a check on JSON with an integer beyond 2^53, BLOBs with NUL bytes, names beyond ASCII, a latin1 table, a
    /// trigger with several statements, a routine with a different SQL mode.
    /// </summary>
    public static string Sql { get; } = $$$"""
        CREATE TABLE `站点备注` (
          `编号` int(11) NOT NULL PRIMARY KEY, `正文` text CHARACTER SET utf8mb4 NOT NULL, `长度` int(11) GENERATED ALWAYS AS (char_length(`正文`)) STORED,
          `摘要` varchar(8) CHARACTER SET utf8mb4 GENERATED ALWAYS AS (left(`正文`, 8)) VIRTUAL, doc longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin CHECK (json_valid(doc)), raw longblob) COMMENT='带 NUL 的数据';
        INSERT INTO `站点备注` (`编号`, `正文`, doc, raw) VALUES (1, '中文 🐬 "x" \\ ''y''', '{"n":9007199254740993,"u":18446744073709551615,"t":"😀"}', 0x00010000FF5C27220A0D1A00),
          (2, '', NULL, 0x00), (3, 'INSERT INTO `t` VALUES (1);', '[]', NULL);
        CREATE TABLE oms_parent (id int(11) NOT NULL PRIMARY KEY, up int(11) DEFAULT NULL, CONSTRAINT fk_self FOREIGN KEY (up) REFERENCES oms_parent (id) ON DELETE SET NULL);
        INSERT INTO oms_parent VALUES (1, NULL), (2, 1), (3, 2);
        CREATE TABLE oms_a_child (id int(11) NOT NULL PRIMARY KEY, parent int(11) NOT NULL, CONSTRAINT fk_parent FOREIGN KEY (parent) REFERENCES oms_parent (id) ON DELETE CASCADE ON UPDATE CASCADE);
        INSERT INTO oms_a_child VALUES (10, 1), (11, 3);
        CREATE TABLE oms_latin1 (c varchar(20) NOT NULL) DEFAULT CHARSET=latin1 COLLATE=latin1_german2_ci;
        INSERT INTO oms_latin1 VALUES (_latin1 0xE9E8FC), ('plain');
        CREATE DEFINER=`{{{OmsScenario.MetaUser}}}`@`%` VIEW a_view_of_view AS SELECT id, project_name FROM v_active_project WHERE project_status = 'RUNNING';
        CREATE DEFINER=`{{{OmsScenario.MetaUser}}}`@`%` EVENT e_purge ON SCHEDULE EVERY 1 DAY STARTS '2023-11-14 22:13:20' DISABLE COMMENT '清理' DO DELETE FROM oms_operation_log WHERE gmt_created < '2000-01-01';
        CREATE DEFINER=`{{{OmsScenario.MetaUser}}}`@`%` TRIGGER trg_parent_guard BEFORE UPDATE ON oms_parent FOR EACH ROW SET NEW.id = IF(NEW.id < 0, OLD.id, NEW.id), NEW.up = IF(NEW.up = NEW.id, NULL, NEW.up);
        SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
        CREATE DEFINER="{{{OmsScenario.MetaUser}}}"@"%" FUNCTION f_quoted(a varchar(32)) RETURNS varchar(64) CHARSET utf8mb4 DETERMINISTIC RETURN '"' || a || '"';
        SET SESSION sql_mode = DEFAULT;

        """;
}
