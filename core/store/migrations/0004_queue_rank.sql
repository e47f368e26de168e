-- Tickets that wait in a team are given out by the rank of the dispatch rule that sent them there. Those that wait already
-- stand last until something about them changes.
ALTER TABLE ticket ADD COLUMN queue_rank INTEGER NOT NULL DEFAULT 1001;
DROP INDEX ticket_waiting;
CREATE INDEX ticket_waiting ON ticket(team, queue_rank, priority DESC, id) WHERE waiting = 1;
