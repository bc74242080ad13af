"""Reports for the director: what the stored rows say of visits, counted. Records in, tables out; nothing is dropped.

Definitions are those of the clinic's documents; each module says whose its own is. All words are Russian: the clinic
reads them.
"""
