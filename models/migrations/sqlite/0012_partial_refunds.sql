-- A payment may be given back in parts: several refunds, and on the payment what they have given back so far.

ALTER TABLE payments ADD COLUMN refunded_amount INTEGER NOT NULL DEFAULT 0 CONSTRAINT payments_refunded_amount CHECK (
    refunded_amount = 0 OR (refunded_amount > 0
    AND (status = 'refunded' AND refunded_amount = amount OR status = 'success' AND refunded_amount < amount))
);
UPDATE payments SET refunded_amount = amount WHERE status = 'refunded';

DROP INDEX payments_refund_of_key;
CREATE INDEX payments_refund_of ON payments (refund_of_id) WHERE refund_of_id IS NOT NULL;
