"""How a document runs: fields become selections, selections plans, plans answers; mutations become operations."""
