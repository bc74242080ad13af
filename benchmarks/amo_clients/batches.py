"""aioamocrm as its documentation shows it: batches of 50 at its own pace. References are told apart by request_id."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from aioamocrm import AmoCRMClient, LongLivedToken


async def main() -> None:
    work: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    for kind in ("contacts", "leads"):
        for place, item in enumerate(work[kind]):
            item["request_id"] = str(place)
    token = LongLivedToken(os.environ["TOKEN"])
    async with AmoCRMClient(auth=token, base_url=os.environ["ADDRESS"]) as amo:
        numbers = {ref.request_id: ref.id for ref in await amo.contacts.create(work["contacts"])}
        for item in work["leads"]:
            item["_embedded"] = {"contacts": [{"id": numbers[item["request_id"]], "is_main": True}]}
        await amo.leads.create(work["leads"])


asyncio.run(main())
