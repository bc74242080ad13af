"""The version of the cleaning rules, apart from them: a quiet run asks for it and for nothing else."""

RULES_VERSION = 5
"""Part of every row's fingerprint: raise it when a rule changes, and known rows are judged again."""
