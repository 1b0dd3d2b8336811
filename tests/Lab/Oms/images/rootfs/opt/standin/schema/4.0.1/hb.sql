ALTER TABLE heart_beat ADD COLUMN IF NOT EXISTS component_version varchar(32) DEFAULT NULL
