DROP VIEW IF EXISTS v_active_project
DROP TABLE IF EXISTS oms_sync_project_merged
ALTER TABLE oms_project MODIFY project_status varchar(64) NOT NULL
ALTER TABLE oms_project ADD COLUMN IF NOT EXISTS worker_grade varchar(32) NOT NULL DEFAULT 'DEFAULT'
ALTER TABLE oms_project ADD INDEX IF NOT EXISTS idx_type_status (project_type, project_status)
ALTER TABLE cluster_info ADD COLUMN IF NOT EXISTS vip varchar(128) DEFAULT NULL
CREATE OR REPLACE DEFINER=`oms_meta`@`%` VIEW v_active_project AS SELECT id, project_name, project_type, project_status FROM oms_project WHERE project_status <> 'DELETED'
DROP PROCEDURE IF EXISTS p_count_projects
CREATE DEFINER=`oms_meta`@`%` PROCEDURE p_count_projects() SELECT project_type, project_status, count(*) AS n FROM oms_project GROUP BY project_type, project_status
