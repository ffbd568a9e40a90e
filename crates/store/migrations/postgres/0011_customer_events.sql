-- Positions of a workspace's events of customers: taken first of all, so that their order is the order of commits.
CREATE TABLE customer_event_head (
  workspace UUID NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (workspace)
);

-- What sites, apps and servers told of customers.
CREATE TABLE customer_event (
  workspace UUID NOT NULL,
  position BIGINT NOT NULL,
  source UUID NOT NULL,
  message_id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C",
  name TEXT COLLATE "C",
  user_key TEXT COLLATE "C",
  device_key TEXT COLLATE "C",
  group_key TEXT COLLATE "C",
  at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  verdict TEXT COLLATE "C" NOT NULL,
  reasons TEXT NOT NULL,
  repeats BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace, position)
);

CREATE INDEX customer_event_message ON customer_event (workspace, message_id);

-- How far profiles have followed.
CREATE TABLE customer_event_mark (
  workspace UUID NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (workspace)
);

-- What is known of a customer, by a user's, a device's or a group's key.
CREATE TABLE profile (
  workspace UUID NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  profile_key TEXT COLLATE "C" NOT NULL,
  traits TEXT NOT NULL,
  user_key TEXT COLLATE "C",
  group_key TEXT COLLATE "C",
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, kind, profile_key)
);

CREATE INDEX profile_user ON profile (workspace, user_key) WHERE user_key IS NOT NULL;
CREATE INDEX profile_last ON profile (workspace, last_at);

-- Customers who are to be forgotten: how far their events have been blanked, and up to which.
CREATE TABLE profile_erasure (
  workspace UUID NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  profile_key TEXT COLLATE "C" NOT NULL,
  done BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (workspace, kind, profile_key)
);
