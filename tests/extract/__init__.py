"""Reading: real bytes in, rows and refusals out."""
