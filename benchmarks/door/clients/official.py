"""b24pysdk, the official SDK, as its README shows it: call_batches() for more than fifty."""

from urllib.parse import urlsplit

from b24pysdk import BitrixWebhook, Client
from told import WEBHOOK, Told


def main() -> None:
    address = urlsplit(WEBHOOK)
    token = BitrixWebhook(domain=address.netloc, webhook_token=address.path.strip("/").removeprefix("rest/"))
    told, client = Told(), Client(token)
    for kind in ("contact", "deal"):
        if "updates" in told.work:
            update(told, client, kind)
        else:
            create(told, client, kind)
        told.save()


def update(told: Told, client: Client, kind: str) -> None:
    method = client.crm.item.update
    requests = {
        f"u{number}": method(one["entityTypeId"], one["id"], one["fields"], use_original_uf_names=True)
        for number, one in enumerate(told.updates(kind))
    }
    found = client.call_batches(requests).result
    told.updated += len(found.result)
    told.errors += len(found.result_error)


def create(told: Told, client: Client, kind: str) -> None:
    keys, items = told.creations(kind)
    method = client.crm.item.add
    requests = {
        f"c{number}": method(one["entityTypeId"], one["fields"], use_original_uf_names=True)
        for number, one in enumerate(items)
    }
    found = client.call_batches(requests).result
    told.ids[kind] = {keys[int(name[1:])]: answer["item"]["id"] for name, answer in found.result.items()}
    told.errors += len(found.result_error)


main()
