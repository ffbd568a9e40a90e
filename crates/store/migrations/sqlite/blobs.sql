-- The blobs' own file beside the main one: big writes stay out of the writer's way.
CREATE TABLE IF NOT EXISTS blob (
  workspace BLOB NOT NULL,
  place BLOB NOT NULL,
  id BLOB,
  size INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace, place)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX IF NOT EXISTS blob_id ON blob (workspace, id) WHERE id IS NOT NULL;

CREATE INDEX IF NOT EXISTS blob_at ON blob (at);

CREATE TABLE IF NOT EXISTS blob_chunk (
  workspace BLOB NOT NULL,
  place BLOB NOT NULL,
  n INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (workspace, place, n),
  FOREIGN KEY (workspace, place) REFERENCES blob (workspace, place) ON DELETE CASCADE
) STRICT;
