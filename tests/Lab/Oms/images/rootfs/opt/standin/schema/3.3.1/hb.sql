ALTER TABLE heart_beat ADD COLUMN IF NOT EXISTS load_average varchar(32) DEFAULT NULL
