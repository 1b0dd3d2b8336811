ALTER TABLE oms_project ADD COLUMN IF NOT EXISTS project_type varchar(16) NOT NULL DEFAULT 'MIGRATION' COMMENT '项目类型' AFTER project_name
ALTER TABLE oms_project ADD COLUMN IF NOT EXISTS legacy_id bigint(20) DEFAULT NULL
ALTER TABLE oms_project ADD COLUMN IF NOT EXISTS db_type varchar(32) DEFAULT NULL
CREATE TABLE IF NOT EXISTS oms_correction_log (id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, host_ip varchar(64) NOT NULL, region varchar(64) NOT NULL, last_node varchar(8) NOT NULL, state varchar(16) NOT NULL) DEFAULT CHARSET=utf8mb4
