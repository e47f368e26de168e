-- Links without account, and what people who work together need. Enumerations and instants as in 0001.

-- The last rating by the customer; NULL before there is one
ALTER TABLE ticket ADD COLUMN rating INTEGER;

-- Links that open one ticket for one purpose (0 portal, 1 guest). Only the digest of a link's secret is kept; the secret
-- itself is made from a key outside of the database. A guest has the id of its link. `sequence` is that of the event by
-- which a guest was asked; 0 for a portal link, of which a ticket has at most one that is not revoked
CREATE TABLE access_link (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket INTEGER NOT NULL REFERENCES ticket(id),
  purpose INTEGER NOT NULL,
  customer INTEGER NOT NULL,   -- of a portal link: whom it was made for
  secret BLOB NOT NULL UNIQUE,
  sequence INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  answered_at INTEGER
) STRICT;
CREATE INDEX access_link_by_ticket ON access_link(ticket, purpose, id);

-- What people are told inside. Written with the event that caused it
CREATE TABLE notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user INTEGER NOT NULL REFERENCES user(id),
  ticket INTEGER NOT NULL REFERENCES ticket(id),
  sequence INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  at INTEGER NOT NULL,
  read_at INTEGER
) STRICT;
CREATE INDEX notice_by_user ON notice(user, id);
CREATE INDEX notice_unread ON notice(user, id) WHERE read_at IS NULL;
CREATE INDEX notice_by_time ON notice(at);

-- What a person has begun to write. kind: 0 reply, 1 note
CREATE TABLE draft (
  user INTEGER NOT NULL REFERENCES user(id),
  ticket INTEGER NOT NULL REFERENCES ticket(id),
  kind INTEGER NOT NULL,
  document TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (user, ticket, kind)
) STRICT, WITHOUT ROWID;

-- Messages that are said a little later, so that they can be taken back
CREATE TABLE held_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user INTEGER NOT NULL REFERENCES user(id),
  ticket INTEGER NOT NULL REFERENCES ticket(id),
  document TEXT NOT NULL,
  send_at INTEGER NOT NULL
) STRICT;
CREATE INDEX held_message_by_time ON held_message(send_at);
CREATE INDEX held_message_by_user ON held_message(user, ticket);

-- Views of one person
CREATE TABLE own_view (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user INTEGER NOT NULL REFERENCES user(id),
  version INTEGER NOT NULL,
  document TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX own_view_by_user ON own_view(user, id);

-- Uploads of strangers are found by the digest of a secret that the upload was answered with
CREATE INDEX attachment_by_handle ON attachment(by_name) WHERE ticket = 0 AND by_id = 0;
