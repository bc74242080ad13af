"""requests in a loop: a call for each record, seven a second."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import requests

PACE = 1 / 7
ADDRESS = os.environ["ADDRESS"]


def main() -> None:
    work = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {os.environ['TOKEN']}"
        following = time.monotonic()
        numbers = []
        for path, items in (("contacts", work["contacts"]), ("leads", work["leads"])):
            for place, item in enumerate(items):
                time.sleep(max(0.0, following - time.monotonic()))
                following = max(following, time.monotonic()) + PACE
                if path == "leads":
                    item["_embedded"] = {"contacts": [{"id": numbers[place], "is_main": True}]}
                numbers.append(made(session, path, item))


def made(session: requests.Session, path: str, item: dict[str, Any]) -> int:
    """The id of a new item."""
    answer = session.post(f"{ADDRESS}/api/v4/{path}", json=[item], timeout=60)
    answer.raise_for_status()
    return int(answer.json()["_embedded"][path][0]["id"])


main()
