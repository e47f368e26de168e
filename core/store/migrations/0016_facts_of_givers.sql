-- A clock that a hand-over ended counted for whom the ticket went to, and not for whom it had run with. What reports count is
-- gathered anew from the histories, as for a desk that is older than reports; until it is, they are refused with the progress.
DELETE FROM fact_log;
DELETE FROM fact_block;
DELETE FROM fact_build;
INSERT INTO fact_build(next, last) SELECT min(id), max(id) FROM ticket HAVING count(*) > 0;
