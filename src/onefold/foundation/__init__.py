"""What every noun stands on: kernel, warehouse, store, definitions. No product words in here."""
