"""Data: words and columns of each MIS, pipelines of each founding clinic."""
