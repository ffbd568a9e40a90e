-- Which fields of records have which bytes, so that those stay. It is written with the record.
CREATE TABLE record_blob (
  workspace BLOB NOT NULL,
  record TEXT NOT NULL,
  field TEXT NOT NULL,
  blob BLOB NOT NULL,
  PRIMARY KEY (workspace, record, field)
) STRICT, WITHOUT ROWID;

CREATE INDEX record_blob_blob ON record_blob (workspace, blob);
