-- What reports count. A change of a ticket adds one line to fact_log (the ticket as it stands then, and what happened);
-- lines are folded into blocks of 1,024 neighbouring tickets, one row a kind of fact, from which whole years are read
-- in one go. Both are written by store/fact_code and nothing else.

CREATE TABLE fact_log (
  ticket INTEGER NOT NULL,
  version INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (ticket, version)
) STRICT, WITHOUT ROWID;

-- id: block * 16 for the tickets as they stand, + 1 + kind for their facts. from_at and to_at: the earliest and the
-- latest instant in the row. open: tickets that are neither resolved nor closed
CREATE TABLE fact_block (
  id INTEGER PRIMARY KEY,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  open INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;

-- Tickets from before there were facts: those from `next` to `last` are still to be gathered from their histories
CREATE TABLE fact_build (
  next INTEGER NOT NULL,
  last INTEGER NOT NULL
) STRICT;
INSERT INTO fact_build(next, last) SELECT min(id), max(id) FROM ticket HAVING count(*) > 0;

-- The live board
CREATE INDEX ticket_overdue ON ticket(team) WHERE overdue = 1 AND closed = 0;
CREATE INDEX ticket_on_hold ON ticket(team) WHERE on_hold = 1;
