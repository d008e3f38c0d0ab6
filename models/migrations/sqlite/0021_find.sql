-- Numbers by their last four digits, and of closed SIMs by all of them; their beginnings are found by the unique indexes.

CREATE INDEX customers_phone_end ON customers (substr(phone, -4));
CREATE INDEX sims_msisdn_start ON sims (msisdn);
CREATE INDEX sims_msisdn_end ON sims (substr(msisdn, -4));
