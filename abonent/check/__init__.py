"""`abonent check`: everything that must hold over several rows, looked for in the data as they are."""
