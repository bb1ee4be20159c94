"""What telephone numbers and e-mail addresses are: parsing, validity, known mistakes. No network."""
