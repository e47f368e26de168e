-- A new delivery waits in a small index first, so that a dozen destinations that are called at once are one or two pages
-- of it and not a dozen. What was not taken within a moment is filed by the time of its next try: next_try_at NULL and
-- state 0 means new, due at once.
DROP INDEX delivery_due;
CREATE INDEX delivery_due ON delivery(destination, next_try_at) WHERE state = 0 AND next_try_at IS NOT NULL;
CREATE INDEX delivery_fresh ON delivery(destination, created_at) WHERE state = 0 AND next_try_at IS NULL;
