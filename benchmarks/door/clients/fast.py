"""fast_bitrix24 as its README shows it: one call() for a list."""

from fast_bitrix24 import Bitrix
from told import WEBHOOK, Told


def main() -> None:
    told, client = Told(), Bitrix(WEBHOOK)
    for kind in ("contact", "deal"):
        if "updates" in told.work:
            told.updated += len(client.call("crm.item.update", told.updates(kind)))
        else:
            _keys, items = told.creations(kind)
            # By the key in the answer: answers come in the order in which batches end, not in that of the list.
            told.ids[kind] = {answer["originId"]: answer["id"] for answer in client.call("crm.item.add", items)}
        told.save()


main()
