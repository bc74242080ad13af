from tests.runs.conftest import clinic, portal

__all__ = ["clinic", "portal"]
