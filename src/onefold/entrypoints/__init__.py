"""The ways in: command line, and later API and worker. No logic in here."""
