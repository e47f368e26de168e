-- Plugins: what they remember, what came in, addresses by vendor, records of sources; and the story of each delivery.

ALTER TABLE delivery ADD COLUMN origin INTEGER;   -- the delivery that could not be sent and became this one
CREATE UNIQUE INDEX delivery_by_origin ON delivery(origin) WHERE origin IS NOT NULL;
CREATE INDEX delivery_by_vendor ON delivery(destination, vendor_id) WHERE state = 1;
CREATE INDEX delivery_recipient ON delivery(destination, recipient_kind, recipient_id, id) WHERE state = 0;

CREATE TABLE delivery_try (
  delivery INTEGER NOT NULL REFERENCES delivery(id),
  position INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  took INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  error TEXT NOT NULL,
  vendor_id TEXT NOT NULL,
  PRIMARY KEY (delivery, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE plugin_state (
  plugin TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (plugin, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE intake (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  plugin TEXT NOT NULL,
  key TEXT NOT NULL,
  outcome INTEGER NOT NULL,
  ticket INTEGER NOT NULL,
  message INTEGER NOT NULL,
  reason TEXT NOT NULL,
  answer TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX intake_by_key ON intake(plugin, key);
CREATE INDEX intake_by_outcome ON intake(plugin, outcome, id);

CREATE TABLE address (
  kind TEXT NOT NULL,
  owner_kind INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (owner_kind, owner, kind)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX address_by_value ON address(kind, value);

CREATE TABLE source_record (
  plugin TEXT NOT NULL,
  resource TEXT NOT NULL,
  id TEXT NOT NULL,
  local INTEGER NOT NULL,
  owner TEXT NOT NULL,
  data TEXT NOT NULL,
  digest TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  fetched_at INTEGER NOT NULL,
  PRIMARY KEY (plugin, resource, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX source_record_by_local ON source_record(resource, local) WHERE local <> 0;
CREATE INDEX source_record_by_owner ON source_record(plugin, resource, owner) WHERE owner <> '';
CREATE INDEX source_record_by_age ON source_record(plugin, resource, fetched_at);

CREATE TABLE refused_record (
  plugin TEXT NOT NULL,
  resource TEXT NOT NULL,
  id TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (plugin, resource, id)
) STRICT, WITHOUT ROWID;
