CREATE TABLE IF NOT EXISTS incr_sync_job (id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, job_name varchar(128) NOT NULL, parameters longtext) DEFAULT CHARSET=utf8mb4
INSERT INTO incr_sync_job(job_name, parameters) SELECT DISTINCT job_name, '{}' FROM config_job c WHERE NOT EXISTS (SELECT 1 FROM incr_sync_job j WHERE j.job_name = c.job_name) ORDER BY job_name
