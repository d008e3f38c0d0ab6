"""The types that people see, and what each field is called, means and comes from."""
