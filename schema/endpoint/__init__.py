"""GraphQL over HTTP: a request is read, its document bounded and kept, the response written."""
