-- The link that was handed to whoever sent a request in shows the ticket as it was when another was merged into it: the last
-- event that it shows, 0 for all.
ALTER TABLE access_link ADD COLUMN until_event INTEGER NOT NULL DEFAULT 0;

-- Those into which others were merged before.
UPDATE access_link SET until_event = (SELECT min(e.sequence) - 1 FROM event e WHERE e.stream = access_link.ticket AND e.kind = 'absorbed')
WHERE purpose = 0
  AND ticket IN (SELECT merged_into FROM ticket WHERE merged_into <> 0)
  AND created_at <= (SELECT t.created_at FROM ticket t WHERE t.id = access_link.ticket)
  AND EXISTS (SELECT 1 FROM event e WHERE e.stream = access_link.ticket AND e.kind = 'absorbed');
