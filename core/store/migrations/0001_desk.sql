-- The desk's database. Instants are UTC microseconds; ids of 0 mean "none"; enumerations are the position of the
-- enumerator, to which new ones are only appended; names of teams, states, types are those of the definitions.

-- Published definitions -------------------------------------------------------------------------------------------

CREATE TABLE bundle (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE bundle_file (
  bundle INTEGER NOT NULL REFERENCES bundle(id),
  path TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (bundle, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE publication (
  number INTEGER PRIMARY KEY,
  bundle INTEGER NOT NULL REFERENCES bundle(id),
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  comment TEXT NOT NULL,
  rollback_of INTEGER
) STRICT;

CREATE TABLE publication_mapping (
  publication INTEGER NOT NULL REFERENCES publication(number),
  workflow TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  PRIMARY KEY (publication, workflow, from_state)
) STRICT, WITHOUT ROWID;

-- The log: every stream's events in one order of positions. Stream 0 is the desk, others are tickets ----------------

CREATE TABLE event (
  position INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor_kind INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  actor_name TEXT NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT,               -- NULL once it was erased; then payload_digest stands for it
  salt BLOB,
  payload_digest BLOB,
  hash BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_by_stream ON event(stream, sequence);

CREATE TABLE anchor (
  feed_position INTEGER PRIMARY KEY,
  root BLOB NOT NULL,
  signature TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- Tickets: what lists and filters need, narrow; the whole ticket as JSON beside it ----------------------------------

CREATE TABLE ticket (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  category INTEGER NOT NULL,
  closed INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  team TEXT NOT NULL,
  assignee INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  customer INTEGER NOT NULL,
  organization INTEGER NOT NULL,
  customer_level TEXT NOT NULL,
  channel TEXT NOT NULL,
  region TEXT NOT NULL,
  product_line TEXT NOT NULL,
  awaiting INTEGER NOT NULL,
  on_hold INTEGER NOT NULL,
  escalation INTEGER NOT NULL,
  urges INTEGER NOT NULL,
  reopens INTEGER NOT NULL,
  merged_into INTEGER NOT NULL,
  breached INTEGER NOT NULL,   -- some clock's last run went past its goal
  overdue INTEGER NOT NULL,    -- a running clock is past its goal
  due_at INTEGER,              -- earliest goal of the running clocks
  due_key INTEGER NOT NULL,    -- the same for sorting; none sorts after all
  entered_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  first_replied_at INTEGER,
  resolved_at INTEGER,
  closed_at INTEGER,
  workflow TEXT NOT NULL,
  workflow_bundle INTEGER NOT NULL REFERENCES bundle(id),
  bundle INTEGER NOT NULL REFERENCES bundle(id),
  timer_at INTEGER
) STRICT;
CREATE INDEX ticket_by_updated ON ticket(closed, updated_at);
CREATE INDEX ticket_by_created ON ticket(closed, created_at);
CREATE INDEX ticket_by_due ON ticket(closed, due_key);
CREATE INDEX ticket_by_priority ON ticket(closed, priority);
CREATE INDEX ticket_by_team_updated ON ticket(team, closed, updated_at);
CREATE INDEX ticket_by_team_created ON ticket(team, closed, created_at);
CREATE INDEX ticket_by_team_due ON ticket(team, closed, due_key);
CREATE INDEX ticket_by_team_priority ON ticket(team, closed, priority);
CREATE INDEX ticket_by_assignee_updated ON ticket(assignee, closed, updated_at) WHERE assignee <> 0;
CREATE INDEX ticket_by_customer ON ticket(customer, closed, updated_at) WHERE customer <> 0;
CREATE INDEX ticket_by_timer ON ticket(timer_at) WHERE timer_at IS NOT NULL;
CREATE INDEX ticket_waiting ON ticket(team, priority DESC, id) WHERE waiting = 1;
CREATE INDEX ticket_by_merged_into ON ticket(merged_into) WHERE merged_into <> 0;
CREATE INDEX ticket_open ON ticket(id, bundle) WHERE closed = 0;

CREATE TABLE ticket_document (
  id INTEGER PRIMARY KEY REFERENCES ticket(id),
  document TEXT NOT NULL
) STRICT;

CREATE TABLE ticket_tag (
  ticket INTEGER NOT NULL REFERENCES ticket(id),
  tag TEXT NOT NULL,
  PRIMARY KEY (ticket, tag)
) STRICT, WITHOUT ROWID;

-- Users that hang on a ticket. role: 0 created it, 1 watches, 2 was copied in
CREATE TABLE ticket_person (
  ticket INTEGER NOT NULL REFERENCES ticket(id),
  role INTEGER NOT NULL,
  user INTEGER NOT NULL,
  PRIMARY KEY (ticket, role, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_person_by_user ON ticket_person(user, role, ticket);

-- Values of custom fields that are marked `indexed`. kind: 0 text, 1 number, 2 yes or no, 3 element of a list
CREATE TABLE ticket_field (
  ticket INTEGER NOT NULL REFERENCES ticket(id),
  field TEXT NOT NULL,
  kind INTEGER NOT NULL,
  value ANY NOT NULL,
  PRIMARY KEY (ticket, field, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_field_by_value ON ticket_field(field, kind, value, ticket);

-- Which fields ticket_field has for every ticket; `next` is where filling it goes on, NULL when it is complete
CREATE TABLE indexed_field (
  field TEXT PRIMARY KEY,
  next INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE ticket_count (
  team TEXT NOT NULL,
  state TEXT NOT NULL,
  category INTEGER NOT NULL,
  assignee INTEGER NOT NULL,
  tickets INTEGER NOT NULL CHECK (tickets >= 0),
  PRIMARY KEY (team, state, category, assignee)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  ticket INTEGER NOT NULL REFERENCES ticket(id),
  number INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  author_kind INTEGER NOT NULL,
  author_id INTEGER NOT NULL,
  author_name TEXT NOT NULL,
  body TEXT NOT NULL,
  attachments TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX message_by_ticket ON message(ticket, number);

-- Search: tokens are cut by base/search_text. rowid = ticket * 8192 + message number * 2 + (1 if internal); number 0 is the
-- subject with fields and tags, whose tokens are kept so that they can be taken out of the index again
CREATE VIRTUAL TABLE search USING fts5(tokens, content = '', tokenize = 'ascii', detail = none, columnsize = 0);

CREATE TABLE search_head (
  ticket INTEGER PRIMARY KEY REFERENCES ticket(id),
  tokens TEXT NOT NULL
) STRICT;

-- People ----------------------------------------------------------------------------------------------------------

CREATE TABLE user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  version INTEGER NOT NULL,
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  active INTEGER NOT NULL,
  document TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- What changes all day, apart from the rest
CREATE TABLE user_state (
  user INTEGER PRIMARY KEY REFERENCES user(id),
  presence INTEGER NOT NULL,
  load INTEGER NOT NULL DEFAULT 0 CHECK (load >= 0),   -- tickets held that are neither resolved nor closed
  last_assigned_at INTEGER
) STRICT;

CREATE TABLE membership (
  team TEXT NOT NULL,
  user INTEGER NOT NULL REFERENCES user(id),
  lead INTEGER NOT NULL,
  PRIMARY KEY (team, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_by_user ON membership(user);

CREATE TABLE shift (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user INTEGER NOT NULL REFERENCES user(id),
  kind INTEGER NOT NULL,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL
) STRICT;
CREATE INDEX shift_by_user ON shift(user, to_at);
CREATE INDEX shift_by_begin ON shift(from_at);
CREATE INDEX shift_by_end ON shift(to_at);

CREATE TABLE organization (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  level TEXT NOT NULL,
  region TEXT NOT NULL,
  notes TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE customer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  email TEXT NOT NULL,
  phone_key TEXT NOT NULL,     -- folded, for exact look-up
  email_key TEXT NOT NULL,
  level TEXT NOT NULL,
  region TEXT NOT NULL,
  notes TEXT NOT NULL,
  organization INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX customer_by_phone ON customer(phone_key) WHERE phone_key <> '';
CREATE INDEX customer_by_email ON customer(email_key) WHERE email_key <> '';

-- rowid = id * 2 for customers, id * 2 + 1 for organizations
CREATE VIRTUAL TABLE people_search USING fts5(tokens, tokenize = 'ascii', detail = none, columnsize = 0);

-- Access: digests only ----------------------------------------------------------------------------------------------

CREATE TABLE password (
  user INTEGER PRIMARY KEY REFERENCES user(id),
  encoded TEXT NOT NULL
) STRICT;

CREATE TABLE session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user INTEGER NOT NULL REFERENCES user(id),
  secret BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  address TEXT NOT NULL
) STRICT;
CREATE INDEX session_by_user ON session(user);
CREATE INDEX session_by_end ON session(expires_at);

CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user INTEGER NOT NULL REFERENCES user(id),
  secret BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX token_by_user ON token(user);

-- Outbox ------------------------------------------------------------------------------------------------------------

CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket INTEGER NOT NULL REFERENCES ticket(id),
  sequence INTEGER NOT NULL,
  number INTEGER NOT NULL,
  destination TEXT NOT NULL,
  recipient_kind INTEGER NOT NULL,
  recipient_id INTEGER NOT NULL,
  text TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  state INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  next_try_at INTEGER,
  done_at INTEGER,
  last_error TEXT NOT NULL,
  vendor_id TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX delivery_by_event ON delivery(ticket, sequence, number);
CREATE INDEX delivery_due ON delivery(destination, next_try_at) WHERE state = 0;
CREATE INDEX delivery_order ON delivery(ticket, destination, id) WHERE state = 0;
CREATE INDEX delivery_by_state ON delivery(state, id) WHERE state <> 2;

-- Attachments, jobs, answered requests --------------------------------------------------------------------------------

CREATE TABLE attachment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket INTEGER NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  by_kind INTEGER NOT NULL,
  by_id INTEGER NOT NULL,
  by_name TEXT NOT NULL,
  internal INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachment_by_ticket ON attachment(ticket, id) WHERE ticket <> 0;
CREATE INDEX attachment_unbound ON attachment(created_at) WHERE ticket = 0;
CREATE INDEX attachment_by_digest ON attachment(sha256);

CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  state INTEGER NOT NULL,
  by INTEGER NOT NULL,
  total INTEGER NOT NULL,
  done INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  input TEXT NOT NULL,
  cursor TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  error TEXT NOT NULL
) STRICT;
CREATE INDEX job_running ON job(id) WHERE state = 0;
CREATE INDEX job_by_owner ON job(by, id);

CREATE TABLE job_result (
  job INTEGER NOT NULL REFERENCES job(id),
  item INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (job, item)
) STRICT, WITHOUT ROWID;

-- A period of 24 hours each, used in turn and emptied whole
CREATE TABLE answered_0 (
  principal TEXT NOT NULL, key TEXT NOT NULL, period INTEGER NOT NULL,
  request BLOB NOT NULL, status INTEGER NOT NULL, outcome TEXT NOT NULL,
  PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE answered_1 (
  principal TEXT NOT NULL, key TEXT NOT NULL, period INTEGER NOT NULL,
  request BLOB NOT NULL, status INTEGER NOT NULL, outcome TEXT NOT NULL,
  PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE answered_2 (
  principal TEXT NOT NULL, key TEXT NOT NULL, period INTEGER NOT NULL,
  request BLOB NOT NULL, status INTEGER NOT NULL, outcome TEXT NOT NULL,
  PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE answered_count (
  principal TEXT NOT NULL, period INTEGER NOT NULL, keys INTEGER NOT NULL,
  PRIMARY KEY (principal, period)
) STRICT, WITHOUT ROWID;
