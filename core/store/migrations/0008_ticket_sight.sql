-- Whose team a hit of the search is in is asked thousands of times for a page. In a table of its own, ordered by the
-- ticket's number, an answer costs half of what it costs in an index.
DROP INDEX ticket_sight;
CREATE TABLE ticket_sight (
  id INTEGER PRIMARY KEY REFERENCES ticket(id),
  team TEXT NOT NULL
) STRICT;
INSERT INTO ticket_sight(id, team) SELECT id, team FROM ticket ORDER BY id;
