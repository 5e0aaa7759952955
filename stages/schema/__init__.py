"""The tables of the engine: columns, records, validation and files. Imports nothing of the engine itself."""
