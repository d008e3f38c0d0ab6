-- Numbers by their beginnings, whatever the database's locale, and by their last four digits.

CREATE INDEX customers_phone_start ON customers ((phone COLLATE "C"));
CREATE INDEX customers_phone_end ON customers (right(phone, 4));
CREATE INDEX customers_document_start ON customers ((document_key COLLATE "C"));
CREATE INDEX sims_msisdn_start ON sims ((msisdn COLLATE "C"));
CREATE INDEX sims_msisdn_end ON sims (right(msisdn, 4));
CREATE INDEX sims_iccid_start ON sims ((iccid COLLATE "C"));
