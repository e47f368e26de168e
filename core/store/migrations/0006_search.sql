-- The message up to which the search index has entries. Under load new entries wait for each other; what a crash leaves
-- undone is what is newer than this, and tickets newer than the last of search_head.
CREATE TABLE search_progress (
  message INTEGER NOT NULL
) STRICT;
INSERT INTO search_progress(message) SELECT coalesce(max(id), 0) FROM message;

-- Of hits that somebody may not see there can be thousands for one that they may: whose team a ticket is in is asked of
-- this, which is a tenth of the table.
CREATE INDEX ticket_sight ON ticket(id, team);
