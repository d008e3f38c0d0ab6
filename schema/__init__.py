"""The model that people see: what every type and field is called, means and comes from; GraphQL's door."""
