"""READS: export files become raw records, text only, with file and line."""
