-- Which fields of records have which bytes, so that those stay. It is written with the record.
CREATE TABLE record_blob (
  workspace UUID NOT NULL,
  record TEXT COLLATE "C" NOT NULL,
  field TEXT COLLATE "C" NOT NULL,
  blob BYTEA NOT NULL,
  PRIMARY KEY (workspace, record, field)
);

CREATE INDEX record_blob_blob ON record_blob (workspace, blob);
