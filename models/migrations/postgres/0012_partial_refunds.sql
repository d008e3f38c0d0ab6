-- A payment may be given back in parts: several refunds, and on the payment what they have given back so far.

ALTER TABLE payments ADD COLUMN refunded_amount bigint NOT NULL DEFAULT 0;
UPDATE payments SET refunded_amount = amount WHERE status = 'refunded';
ALTER TABLE payments ADD CONSTRAINT payments_refunded_amount CHECK (
    CASE status WHEN 'refunded' THEN refunded_amount = amount
    WHEN 'success' THEN refunded_amount = 0 OR (refunded_amount > 0 AND refunded_amount < amount)
    ELSE refunded_amount = 0 END
);

DROP INDEX payments_refund_of_key;
CREATE INDEX payments_refund_of ON payments (refund_of_id) WHERE refund_of_id IS NOT NULL;
