-- Jobs and their states.
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL
);

CREATE VIEW open_jobs AS
  SELECT id FROM jobs WHERE state = 'open';

CREATE INDEX jobs_state ON jobs (state);

-- Counts them.
CREATE FUNCTION count_jobs() RETURNS integer AS $$
  SELECT count(*) FROM jobs;
$$ LANGUAGE sql;

INSERT INTO jobs VALUES (1, 'open');
