-- Up to which ticket and message the search index has entries. Under load new entries wait for each other; what a crash
-- leaves undone is what is newer than this.
CREATE TABLE search_progress (
  ticket INTEGER NOT NULL,
  message INTEGER NOT NULL
) STRICT;
INSERT INTO search_progress(ticket, message)
  SELECT (SELECT coalesce(max(ticket), 0) FROM search_head), (SELECT coalesce(max(id), 0) FROM message);

-- Of hits that somebody may not see there can be thousands for one that they may: whose team a ticket is in is asked of
-- this, which is a tenth of the table.
CREATE INDEX ticket_sight ON ticket(id, team);

-- Answers are long: in a tree ordered by their keys each had pages of its own. Now they stand in the order in which they
-- were given, and the tree holds keys.
ALTER TABLE answered_0 RENAME TO answered_0_before;
ALTER TABLE answered_1 RENAME TO answered_1_before;
ALTER TABLE answered_2 RENAME TO answered_2_before;
CREATE TABLE answered_0 (
  principal TEXT NOT NULL, key TEXT NOT NULL, period INTEGER NOT NULL,
  request BLOB NOT NULL, status INTEGER NOT NULL, outcome TEXT NOT NULL
) STRICT;
CREATE TABLE answered_1 (
  principal TEXT NOT NULL, key TEXT NOT NULL, period INTEGER NOT NULL,
  request BLOB NOT NULL, status INTEGER NOT NULL, outcome TEXT NOT NULL
) STRICT;
CREATE TABLE answered_2 (
  principal TEXT NOT NULL, key TEXT NOT NULL, period INTEGER NOT NULL,
  request BLOB NOT NULL, status INTEGER NOT NULL, outcome TEXT NOT NULL
) STRICT;
INSERT INTO answered_0 SELECT * FROM answered_0_before ORDER BY period;
INSERT INTO answered_1 SELECT * FROM answered_1_before ORDER BY period;
INSERT INTO answered_2 SELECT * FROM answered_2_before ORDER BY period;
DROP TABLE answered_0_before;
DROP TABLE answered_1_before;
DROP TABLE answered_2_before;
CREATE UNIQUE INDEX answered_0_by_key ON answered_0(principal, key);
CREATE UNIQUE INDEX answered_1_by_key ON answered_1(principal, key);
CREATE UNIQUE INDEX answered_2_by_key ON answered_2(principal, key);
