namespace Drydock.Lab.Oms;

/// <summary>
/// The metadata of an OMS that has been in use: the tables of docs/project/research/oms.md#metadata-tables with their
/// columns and some undocumented ones, 4-byte characters, blobs, text that looks like SQL, JSON with integers that a
/// double cannot represent, a view, a trigger, routines; see <see cref="OmsRichContent"/>. Every seed is identical,
/// including its times.
/// </summary>
internal static class OmsSeed
{
    private const string Then = "'2023-11-14 22:13:20'";

    /// <summary>
    /// Drops the databases of the three roles, creates them with different collations, and fills them.
    /// </summary>
    public static string Databases(OmsScenarioOptions options, IReadOnlyList<OmsRegion> regions)
    {
        var version = options.Images.Of(options.From).Version;
        var sql = new StringBuilder();
        sql.AppendLine(Create(options.RmDatabase, "utf8mb4 COLLATE utf8mb4_unicode_ci"));
        sql.AppendLine(Rm(options, regions));
        sql.AppendLine(OmsRichContent.Sql);
        sql.AppendLine(options.DuplicateNames ? Duplicates : "");
        sql.AppendLine(OmsSchemas.Upgrade("rm", version, regions));
        sql.AppendLine(options.HaConfig is null ? "DELETE FROM oms_normal_config WHERE cfg_name = 'ha.config';" : "");
        sql.AppendLine(CultureInfo.InvariantCulture, $"UPDATE oms_schema_version SET version = '{version}';");
        sql.AppendLine(options.ExtraSql?.GetValueOrDefault("rm") ?? "");
        sql.AppendLine(Create(options.CmDatabase, "utf8mb4 COLLATE utf8mb4_bin"));
        sql.AppendLine(Cm(options, regions, version));
        sql.AppendLine(OmsSchemas.Upgrade("cm", version, regions));
        sql.AppendLine(options.ExtraSql?.GetValueOrDefault("cm") ?? "");
        foreach (var region in regions)
        {
            sql.AppendLine(Create(region.HeartbeatDatabase, "utf8 COLLATE utf8_general_ci"));
            sql.AppendLine(Heartbeat(options.HeartbeatSequenceRows));
            sql.AppendLine(OmsSchemas.Upgrade("hb", version, regions));
        }

        return sql.ToString();
    }

    /// <summary>A value as an SQL literal.</summary>
    public static string Quote(string? value) =>
        value is null
            ? "NULL"
            : "'" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)
                + "'";

    private static string Create(string name, string charset) =>
        $"DROP DATABASE IF EXISTS `{name}`; CREATE DATABASE `{name}` CHARACTER SET {charset}; USE `{name}`;";

    private static string Rm(OmsScenarioOptions options, IReadOnlyList<OmsRegion> regions)
    {
        var sql = new StringBuilder($"""
            CREATE TABLE oms_schema_version (component varchar(32) NOT NULL PRIMARY KEY, version varchar(64) NOT NULL);
            INSERT INTO oms_schema_version VALUES ('rm', '3.2.2');
            CREATE TABLE oms_project (
              id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'PK', project_name varchar(128) NOT NULL COMMENT '项目名称', project_key varchar(64) NOT NULL,
              project_status varchar(32) NOT NULL, region varchar(64) NOT NULL, step_config longtext, white_list mediumblob,
              gmt_created datetime NOT NULL, gmt_modified datetime(6) NOT NULL, KEY idx_name (project_name)) DEFAULT CHARSET=utf8mb4 COMMENT='数据迁移项目';
            CREATE TABLE oms_sync_project (
              id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, project_name varchar(128) NOT NULL, project_key varchar(64) NOT NULL, project_status varchar(32) NOT NULL,
              region varchar(64) NOT NULL, step_config longtext, white_list mediumblob, enable_ddl tinyint(1) NOT NULL DEFAULT 0, db_type varchar(32) DEFAULT NULL,
              gmt_created datetime NOT NULL, gmt_modified datetime(6) NOT NULL) DEFAULT CHARSET=utf8mb4 COMMENT='数据同步项目';
            CREATE TABLE oms_normal_config (
              id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, module varchar(64) NOT NULL, cfg_name varchar(128) NOT NULL, cfg_value longtext, description varchar(512) DEFAULT NULL,
              gmt_created datetime NOT NULL DEFAULT current_timestamp(), gmt_modified datetime NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
              UNIQUE KEY uk_name (cfg_name)) DEFAULT CHARSET=utf8mb4;
            INSERT INTO oms_normal_config(module, cfg_name, cfg_value, description, gmt_created, gmt_modified) VALUES
              ('OPS', 'ops.store.max_count_per_subtopic', '6', 'Stores per subtopic', {Then}, {Then}),
              ('UI', 'oms.captcha.enable', 'false', '登录验证码', {Then}, {Then}),
              ('UI', 'oms.banner', 'it''s "a\\b"),(1, 😀', NULL, {Then}, {Then});
            CREATE TABLE cluster_info (
              id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, region varchar(64) NOT NULL, region_cn varchar(64) DEFAULT NULL, cm_url varchar(256) NOT NULL,
              code int(11) NOT NULL, is_default_cm tinyint(1) NOT NULL DEFAULT 0, UNIQUE KEY uk_code (code)) DEFAULT CHARSET=utf8mb4;
            CREATE TABLE oms_user (
              id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, user_name varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, password_hash varchar(256) NOT NULL,
              avatar blob, role enum('ADMIN','USER') NOT NULL DEFAULT 'USER', quota decimal(30,10) DEFAULT NULL, score double DEFAULT NULL, flags bit(8) DEFAULT NULL, born date DEFAULT NULL,
              works time(3) DEFAULT NULL, tags set('a','b','c') DEFAULT NULL, big bigint(20) unsigned DEFAULT NULL);
            INSERT INTO oms_user VALUES (1, 'admin', '{OmsCanaries.StoredHash}', 0x00FF275C0A0D1A22, 'ADMIN', 12345678901234567890.0123456789, 0.1, b'10101010', '2020-02-29', '-12:34:56.789', 'a,c', 18446744073709551615),
              (2, '王小明 🐳', 'x''),(''y', NULL, 'USER', NULL, -0, NULL, NULL, NULL, '', 0);
            CREATE TABLE oms_operation_log (id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, operator varchar(64) NOT NULL, content text, gmt_created timestamp(6) NULL DEFAULT NULL) DEFAULT CHARSET=utf8mb4;
            INSERT INTO oms_operation_log(operator, content, gmt_created) SELECT 'admin', concat('步骤 ', seq, '; INSERT INTO `t` VALUES (1),(2); -- ', char(10), 'line'), {Then} FROM {Numbers(200)};
            CREATE DEFINER=`{OmsScenario.MetaUser}`@`%` VIEW v_active_project AS SELECT id, project_name, project_status FROM oms_project WHERE project_status <> 'DELETED';
            CREATE DEFINER=`{OmsScenario.MetaUser}`@`%` TRIGGER trg_config_trim BEFORE INSERT ON oms_normal_config FOR EACH ROW SET NEW.cfg_name = trim(NEW.cfg_name);
            CREATE DEFINER=`{OmsScenario.MetaUser}`@`%` PROCEDURE p_count_projects() SELECT project_status, count(*) AS n FROM oms_project GROUP BY project_status;
            CREATE DEFINER=`{OmsScenario.MetaUser}`@`%` FUNCTION f_project_key(id bigint) RETURNS varchar(64) CHARSET utf8mb4 DETERMINISTIC RETURN concat('np_', id);

            """);
        if (options.HaConfig is not null)
        {
            sql.AppendLine(
                CultureInfo.InvariantCulture,
                $"INSERT INTO oms_normal_config(module, cfg_name, cfg_value, description, gmt_created, gmt_modified) "
                + $"VALUES ('HA', 'ha.config', {Quote(options.HaConfig)}, '高可用配置', {Then}, {Then});");
        }

        foreach (var (region, index) in regions.Select((x, i) => (x, i)))
        {
            sql.AppendLine(
                CultureInfo.InvariantCulture,
                $"INSERT INTO cluster_info(region, region_cn, cm_url, code, is_default_cm) VALUES "
                + $"({Quote(region.Name)}, {Quote(region.Name)}, {Quote($"http://{region.Hosts[0].Address}:8088")}, "
                + $"{region.CmLocation}, {(index == 0 ? 1 : 0)});");
        }

        foreach (var project in OmsSeedProject.All(options.Projects, regions, options.PlainNames))
        {
            var common = $"{Quote(project.Name)}, {Quote(project.Key)}, {Quote(project.Status)}, "
                + $"{Quote(project.Region)}, {Quote(project.StepConfig)}, {project.WhiteList}, {Then}, '2023-11-14 "
                + "22:13:20.123456'";
            sql.AppendLine(project.IsSync
                ? "INSERT INTO oms_sync_project(project_name, project_key, project_status, region, step_config, "
                    + $"white_list, gmt_created, gmt_modified, enable_ddl, db_type) VALUES ({common}, "
                    + $"{(project.EnableDdl ? 1 : 0)}, {Quote(project.DbType)});"
                : "INSERT INTO oms_project(project_name, project_key, project_status, region, step_config, white_list, "
                    + $"gmt_created, gmt_modified) VALUES ({common});");
        }

        return sql.ToString();
    }

    // One name is used twice among migration projects, one twice among sync projects, one across both. A deleted
    // project has each name too, which is allowed.
    private const string Duplicates = """
        UPDATE oms_project SET project_name = '重名的迁移 🚚' WHERE project_key IN ('np_000001abcdef', 'np_000004abcdef');
        UPDATE oms_sync_project SET project_name = '重名的同步' WHERE project_key IN ('ns_000003abcdef', 'ns_000006abcdef');
        UPDATE oms_project SET project_name = '跨类重名' WHERE project_key = 'np_000002abcdef';
        UPDATE oms_sync_project SET project_name = '跨类重名' WHERE project_key = 'ns_000009abcdef';
        UPDATE oms_project SET project_name = '重名的迁移 🚚' WHERE project_status = 'DELETED';
        """;

    private static string Cm(OmsScenarioOptions options, IReadOnlyList<OmsRegion> regions, string version)
    {
        var sql = new StringBuilder($"""
            CREATE TABLE resource_group (id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(64) NOT NULL, label varchar(64) DEFAULT NULL) DEFAULT CHARSET=utf8mb4;
            CREATE TABLE host (
              id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, ip varchar(64) NOT NULL, host_status varchar(32) NOT NULL, resource_group_id bigint(20) NOT NULL, location int(11) NOT NULL,
              gmt_modified datetime NOT NULL, UNIQUE KEY uk_ip (ip), CONSTRAINT fk_group FOREIGN KEY (resource_group_id) REFERENCES resource_group (id)) DEFAULT CHARSET=utf8mb4;
            CREATE TABLE location_cm (id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, location int(11) NOT NULL, cm_url varchar(256) NOT NULL) DEFAULT CHARSET=utf8mb4;
            CREATE TABLE config_job (id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, job_name varchar(128) NOT NULL, `key` varchar(128) NOT NULL, `value` longtext, KEY idx_key (`key`)) DEFAULT CHARSET=utf8mb4;
            INSERT INTO config_job(job_name, `key`, `value`) SELECT concat('job-', seq % 20), concat('sinkFile.param', seq), concat('值 ', seq) FROM {Numbers(100)};
            {(regions.Count == 1 ? $"INSERT INTO config_job(job_name, `key`, `value`) VALUES ('job-0', 'sourceFile.blackRegionNo', '{regions[0].CmLocation}');" : "")}
            {(options.CascadedWriters ? "INSERT INTO config_job(job_name, `key`, `value`) VALUES ('job-7', 'sourceFile.blackRegionNo', '99');" : "")}
            CREATE TABLE import_instance (
              id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(128) NOT NULL, project_key varchar(64) NOT NULL, host_ip varchar(64) NOT NULL, status varchar(32) NOT NULL) DEFAULT CHARSET=utf8mb4;
            CREATE TABLE store_instance (
              id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, subtopic varchar(128) NOT NULL, host_ip varchar(64) NOT NULL, status varchar(32) NOT NULL, version varchar(32) NOT NULL,
              begin_checkpoint_sec bigint(20) NOT NULL, gmt_created datetime NOT NULL) DEFAULT CHARSET=utf8mb4;
            CREATE TABLE writer_instance (
              id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(128) NOT NULL, project_key varchar(64) NOT NULL, subtopic varchar(128) NOT NULL, host_ip varchar(64) NOT NULL,
              status varchar(32) NOT NULL, checkpoint_sec bigint(20) NOT NULL, note varchar(256) NOT NULL DEFAULT '') DEFAULT CHARSET=utf8mb4;

            """);
        foreach (var region in regions)
        {
            sql.AppendLine(
                CultureInfo.InvariantCulture,
                $"INSERT INTO location_cm(location, cm_url) VALUES ({region.CmLocation}, "
                + $"{Quote($"http://{region.Hosts[0].Address}:8088")});");
            sql.AppendLine(
                CultureInfo.InvariantCulture,
                $"INSERT INTO resource_group(name, label) VALUES ('{region.CmLocation}', '默认');");
            foreach (var host in region.Hosts)
            {
                sql.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"INSERT INTO host(ip, host_status, resource_group_id, location, gmt_modified) SELECT "
                    + $"{Quote(host.Address)}, 'OFFLINE', id, {region.CmLocation}, {Then} FROM resource_group WHERE "
                    + $"name = '{region.CmLocation}';");
            }
        }

        foreach (var project in OmsSeedProject.All(options.Projects, regions, options.PlainNames)
            .Where(x => x.Status is "RUNNING" or "SUSPEND"))
        {
            var subtopic = $"subtopic-{project.Key}";
            sql.AppendLine(
                CultureInfo.InvariantCulture,
                $"INSERT INTO store_instance(subtopic, host_ip, status, version, begin_checkpoint_sec, gmt_created) "
                + $"VALUES ('{subtopic}', '{project.HostIp}', 'ACTIVE', '{version}', UNIX_TIMESTAMP() - 86400, "
                + $"{Then});");
            sql.AppendLine(
                CultureInfo.InvariantCulture,
                $"INSERT INTO writer_instance(name, project_key, subtopic, host_ip, status, checkpoint_sec) VALUES "
                + $"('writer-{project.Key}', '{project.Key}', '{subtopic}', '{project.HostIp}', "
                + $"'{(project.Status == "RUNNING" ? "RUNNING" : "PAUSED")}', UNIX_TIMESTAMP());");
        }

        if (OmsSeedProject.All(options.Projects, regions, options.PlainNames)
            .FirstOrDefault(x => !x.IsSync && x.Status == "RUNNING") is { } imported)
        {
            sql.AppendLine(
                CultureInfo.InvariantCulture,
                $"INSERT INTO import_instance(name, project_key, host_ip, status) VALUES ('import-{imported.Key}', "
                + $"'{imported.Key}', '{imported.HostIp}', 'FINISHED');");
        }

        return sql.ToString();
    }

    private static string Heartbeat(int rows) => $"""
        CREATE TABLE `heatbeat_sequence` (`id` bigint(20) NOT NULL AUTO_INCREMENT COMMENT 'PK', `gmt_created` datetime NOT NULL, `gmt_modified` datetime NOT NULL, PRIMARY KEY (`id`)) DEFAULT CHARSET=utf8 COMMENT='心跳 sequence 表';
        INSERT INTO heatbeat_sequence(gmt_created, gmt_modified) SELECT {Then}, {Then} FROM {Numbers(rows)};
        CREATE TABLE heart_beat (id bigint(20) NOT NULL PRIMARY KEY, task_name varchar(128) NOT NULL, task_type varchar(64) NOT NULL, host_ip varchar(64) NOT NULL, payload varchar(256) DEFAULT NULL,
          gmt_created datetime NOT NULL, gmt_modified datetime NOT NULL, UNIQUE KEY uk_task (task_name, host_ip)) DEFAULT CHARSET=utf8;
        """;

    // The numbers from 1 as the column seq, on MariaDB and on MySQL.
    private static string Numbers(int count)
    {
        var places = Enumerable.Range(0, (count - 1).ToString(CultureInfo.InvariantCulture).Length).ToList();
        var digits = string.Join(" UNION ALL ", Enumerable.Range(0, 10).Select(digit => $"SELECT {digit} AS d"));
        var sum = string.Join(" + ", places.Select(
            place => string.Create(CultureInfo.InvariantCulture, $"d{place}.d * {Math.Pow(10, place)}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"(SELECT 1 + {sum} AS seq FROM {string.Join(", ", places.Select(place => $"({digits}) AS d{place}"))} "
            + $"HAVING seq <= {count} ORDER BY seq) AS numbers");
    }
}
