"""The program: settings from the environment, the ASGI application, the command line, seed data, checks."""
