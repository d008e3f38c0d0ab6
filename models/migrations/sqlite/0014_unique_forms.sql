-- What is unique by its key (models/migrations/clashes.py looks for rows that share one, first).

CREATE UNIQUE INDEX users_username_key ON users (username_key);
CREATE UNIQUE INDEX customers_email_key ON customers (email_key);
CREATE UNIQUE INDEX customers_document_key ON customers (document_key, document_type);
