"""The real schema changes between 3.2.2 and 4.2.2: the correction JAR's (the fusion of 4.0.1) and docker_init.sh's."""
import settings
import wire

# Each statement may run again after a run that broke off: DDL knows no transaction.
FUSE = """
ALTER TABLE oms_project ADD COLUMN IF NOT EXISTS project_type varchar(16) NOT NULL DEFAULT 'MIGRATION' COMMENT '项目类型' AFTER project_name
ALTER TABLE oms_project ADD COLUMN IF NOT EXISTS legacy_id bigint(20) DEFAULT NULL
ALTER TABLE oms_project ADD COLUMN IF NOT EXISTS db_type varchar(32) DEFAULT NULL
CREATE TABLE IF NOT EXISTS oms_correction_log (id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, host_ip varchar(64) NOT NULL, region varchar(64) NOT NULL, last_node varchar(8) NOT NULL, state varchar(16) NOT NULL) DEFAULT CHARSET=utf8mb4
"""
MERGE = """
INSERT INTO oms_project (project_name, project_type, project_key, project_status, region, step_config, white_list, db_type, legacy_id, gmt_created, gmt_modified)
SELECT s.project_name, 'SYNC', s.project_key, s.project_status, s.region, s.step_config, s.white_list, s.db_type, s.id, s.gmt_created, s.gmt_modified
FROM oms_sync_project s WHERE s.region = %s AND NOT EXISTS (SELECT 1 FROM oms_project p WHERE p.project_type = 'SYNC' AND p.legacy_id = s.id) ORDER BY s.id
"""
INIT_RM = """
DROP VIEW IF EXISTS v_active_project
DROP TABLE IF EXISTS oms_sync_project_merged
ALTER TABLE oms_project MODIFY project_status varchar(64) NOT NULL
ALTER TABLE oms_project ADD COLUMN IF NOT EXISTS worker_grade varchar(32) NOT NULL DEFAULT 'DEFAULT'
ALTER TABLE oms_project ADD INDEX IF NOT EXISTS idx_type_status (project_type, project_status)
ALTER TABLE cluster_info ADD COLUMN IF NOT EXISTS vip varchar(128) DEFAULT NULL
CREATE TABLE IF NOT EXISTS oms_label (id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, label_name varchar(128) NOT NULL COMMENT '标签 🏷') DEFAULT CHARSET=utf8mb4
CREATE OR REPLACE VIEW v_active_project AS SELECT id, project_name, project_type, project_status FROM oms_project WHERE project_status <> 'DELETED'
DROP PROCEDURE IF EXISTS p_count_projects
CREATE PROCEDURE p_count_projects() SELECT project_type, project_status, count(*) AS n FROM oms_project GROUP BY project_type, project_status
CREATE TABLE IF NOT EXISTS oms_init_log (id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, host_ip varchar(64) NOT NULL, state varchar(16) NOT NULL) DEFAULT CHARSET=utf8mb4
"""
INIT_CM = """
ALTER TABLE host ADD COLUMN IF NOT EXISTS host_label varchar(64) DEFAULT NULL
ALTER TABLE location_cm ADD COLUMN IF NOT EXISTS priority int(11) NOT NULL DEFAULT 0
ALTER TABLE config_job ADD COLUMN IF NOT EXISTS scope varchar(32) NOT NULL DEFAULT 'JOB'
CREATE TABLE IF NOT EXISTS incr_sync_job (id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, job_name varchar(128) NOT NULL, parameters longtext) DEFAULT CHARSET=utf8mb4
INSERT INTO incr_sync_job(job_name, parameters) SELECT DISTINCT job_name, '{}' FROM config_job c WHERE NOT EXISTS (SELECT 1 FROM incr_sync_job j WHERE j.job_name = c.job_name) ORDER BY job_name
"""
INIT_HB = """
ALTER TABLE heart_beat ADD COLUMN IF NOT EXISTS component_version varchar(32) DEFAULT NULL
"""


def run(db, statements):
    for statement in statements.strip().splitlines():
        db.query(statement)


def table_exists(db, name):
    return db.one("SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = " + wire.quote(name)) != "0"


def schema_version(db):
    return db.one("SELECT version FROM oms_schema_version WHERE component = 'rm'")


def correction_missing(conf, db):
    """What keeps docker_init.sh from being right: a sentence, or None when the JAR has done all its work."""
    if not table_exists(db, "oms_correction_log"):
        return "correction JAR has not run"
    unfinished = db.one("SELECT group_concat(host_ip) FROM oms_correction_log WHERE state <> 'DONE'")
    if unfinished:
        return "correction JAR has not finished on " + unfinished
    regions = {row[0] for row in db.query("SELECT region FROM cluster_info")}
    done = {(row[0], row[1]) for row in db.query("SELECT host_ip, region FROM oms_correction_log")}
    missing = regions - {region for _, region in done}
    if missing:
        return "correction JAR has not run in " + ", ".join(sorted(missing))
    demand = settings.knobs().get("jarRequirement", "Auto")
    if demand == "EveryNode" or (demand == "Auto" and len(regions) == 1):
        missing = {row[0] for row in db.query("SELECT ip FROM `%s`.host" % conf.cm)} - {host for host, _ in done}
        if missing:
            return "correction JAR has not run on " + ", ".join(sorted(missing))
    if table_exists(db, "oms_sync_project"):
        return "no run of the correction JAR was told to be the last (-ltrue)"
    return None
