-- Who a waiting delivery goes to is asked for when messages to one person are gathered. What a rule calls goes to nobody:
-- a dozen destinations that are called at once are a dozen pages of this index fewer in the commit.
DROP INDEX delivery_recipient;
CREATE INDEX delivery_recipient ON delivery(destination, recipient_kind, recipient_id, id)
  WHERE state = 0 AND recipient_id <> 0;
