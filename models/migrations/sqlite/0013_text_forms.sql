-- Texts are kept and compared in the forms of models/texts.py, whose functions the program lends to this migration.
-- What is there is carried over to NFC; a unique name that has got a twin by that stays as it is.

UPDATE users SET username = composed(username) WHERE username <> composed(username);
UPDATE users SET first_name = composed(first_name) WHERE first_name <> composed(first_name);
UPDATE users SET last_name = composed(last_name) WHERE last_name <> composed(last_name);
UPDATE users SET email = composed(email) WHERE email <> composed(email);
UPDATE customers SET first_name = composed(first_name) WHERE first_name <> composed(first_name);
UPDATE customers SET last_name = composed(last_name) WHERE last_name <> composed(last_name);
UPDATE customers SET middle_name = composed(middle_name) WHERE middle_name <> composed(middle_name);
UPDATE customers SET email = composed(email) WHERE email <> composed(email);
UPDATE customers SET document_number = composed(document_number) WHERE document_number <> composed(document_number);
UPDATE customers SET passport_issued_by = composed(passport_issued_by) WHERE passport_issued_by <> composed(passport_issued_by);
UPDATE customers SET inn = composed(inn) WHERE inn <> composed(inn);
UPDATE customers SET address = composed(address) WHERE address <> composed(address);
UPDATE customers SET organization_name = composed(organization_name) WHERE organization_name <> composed(organization_name);
UPDATE customers SET notes = composed(notes) WHERE notes <> composed(notes);
UPDATE tariffs SET description = composed(description) WHERE description <> composed(description);
UPDATE contracts SET notes = composed(notes) WHERE notes <> composed(notes);
UPDATE payments SET description = composed(description) WHERE description <> composed(description);
UPDATE tickets SET subject = composed(subject) WHERE subject <> composed(subject);
UPDATE tickets SET description = composed(description) WHERE description <> composed(description);
UPDATE tickets SET notes = composed(notes) WHERE notes <> composed(notes);
UPDATE tickets SET resolution = composed(resolution) WHERE resolution <> composed(resolution);
UPDATE tariffs SET name = composed(name) WHERE name <> composed(name)
    AND NOT EXISTS (SELECT 1 FROM tariffs o WHERE o.id <> tariffs.id AND composed(o.name) = composed(tariffs.name));
UPDATE payments SET transaction_id = composed(transaction_id) WHERE transaction_id <> composed(transaction_id)
    AND NOT EXISTS (SELECT 1 FROM payments o WHERE o.id <> payments.id AND composed(o.transaction_id) = composed(payments.transaction_id));
UPDATE users SET search = fold(search) WHERE search <> composed(search);
UPDATE customers SET search = fold(search) WHERE search <> composed(search);
UPDATE tariffs SET search = fold(search) WHERE search <> composed(search);
UPDATE contracts SET search = fold(search) WHERE search <> composed(search);
UPDATE sims SET search = fold(search) WHERE search <> composed(search);
UPDATE payments SET search = fold(search) WHERE search <> composed(search);
UPDATE tickets SET search = fold(search) WHERE search <> composed(search);

-- Keys that people never see: by them what they write is unique, whichever way they write it. Two rows that would share one
-- are told by the program, which then goes no further.

DROP INDEX users_username_key;
DROP INDEX customers_email_key;
DROP INDEX customers_document_key;
ALTER TABLE users ADD COLUMN username_key TEXT NOT NULL DEFAULT '';
UPDATE users SET username_key = caseless(username);
ALTER TABLE customers ADD COLUMN document_key TEXT NOT NULL DEFAULT '';
UPDATE customers SET document_key = document_key(document_number), email_key = caseless(email);
