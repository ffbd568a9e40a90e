-- Positions of a workspace's events of customers: taken first of all, so that their order is the order of commits.
CREATE TABLE customer_event_head (
  workspace BLOB NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (workspace)
) STRICT, WITHOUT ROWID;

-- What sites, apps and servers told of customers. Bodies are long, so rows lie by themselves and not in their key.
CREATE TABLE customer_event (
  workspace BLOB NOT NULL,
  position INTEGER NOT NULL,
  source BLOB NOT NULL,
  message_id TEXT NOT NULL,
  kind TEXT,
  name TEXT,
  user_key TEXT,
  device_key TEXT,
  group_key TEXT,
  at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  reasons TEXT NOT NULL,
  repeats INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace, position)
) STRICT;

CREATE INDEX customer_event_message ON customer_event (workspace, message_id);

-- How far profiles have followed.
CREATE TABLE customer_event_mark (
  workspace BLOB NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (workspace)
) STRICT, WITHOUT ROWID;

-- What is known of a customer, by a user's, a device's or a group's key.
CREATE TABLE profile (
  workspace BLOB NOT NULL,
  kind TEXT NOT NULL,
  profile_key TEXT NOT NULL,
  traits TEXT NOT NULL,
  user_key TEXT,
  group_key TEXT,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, kind, profile_key)
) STRICT;

CREATE INDEX profile_user ON profile (workspace, user_key) WHERE user_key IS NOT NULL;
CREATE INDEX profile_last ON profile (workspace, last_at);

-- Customers who are to be forgotten: how far their events have been blanked, and up to which.
CREATE TABLE profile_erasure (
  workspace BLOB NOT NULL,
  kind TEXT NOT NULL,
  profile_key TEXT NOT NULL,
  done INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (workspace, kind, profile_key)
) STRICT, WITHOUT ROWID;
