-- A message as its writer formatted it: the checked tree (domain/ticket/formatted.hpp) as JSON, whose digest is in the
-- message's event. Only mails have one.
ALTER TABLE message ADD COLUMN formatted TEXT;
