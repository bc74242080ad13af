"""requests in a loop: a call for each record, two a second, three tries when the connection breaks."""

import os
import time
from typing import Any

import requests
from told import WEBHOOK, Told

PAUSE = float(os.environ["PAUSE"])
TRIES = 3


def main() -> None:
    told = Told()
    with requests.Session() as session:
        for kind in ("contact", "deal"):
            if "updates" in told.work:
                for item in told.updates(kind):
                    told.updated += "result" in call(session, told, "crm.item.update", item)
                    told.save()
            else:
                for key, item in zip(*told.creations(kind), strict=True):
                    answer = call(session, told, "crm.item.add", item)
                    if "result" in answer:
                        told.ids[kind][key] = answer["result"]["item"]["id"]
                told.save()


def call(session: requests.Session, told: Told, method: str, params: dict[str, Any]) -> dict[str, Any]:
    for left in reversed(range(TRIES)):
        time.sleep(PAUSE)
        try:
            answer: dict[str, Any] = session.post(WEBHOOK + method, json=params, timeout=60).json()
        except requests.ConnectionError:
            if not left:
                raise
            continue
        told.errors += "error" in answer
        return answer
    raise AssertionError


main()
