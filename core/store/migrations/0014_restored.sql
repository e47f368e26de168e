-- A restored desk gives numbers of tickets and events out again that it had given before the restore. So that no delivery
-- has the key of another message, those with a greater id than the last one in the backup have a word of that restore in
-- theirs. The row is written by the restore, which makes the table where the backup is older than this step.
CREATE TABLE IF NOT EXISTS restored(last_delivery INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT;
