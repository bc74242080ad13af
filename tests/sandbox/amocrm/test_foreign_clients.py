"""Two clients that we did not write work with the sandbox as they do with an account."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any, TypeVar

import aioamocrm
import pytest
from aioamocrm import AmoCRMClient, LongLivedToken, OAuth2

from tests.sandbox.amocrm.conftest import WON, Desk, phone, text

T = TypeVar("T")
REFS = [phone("+79161234567")]


def driven(desk: Desk, work: Callable[[AmoCRMClient], Awaitable[T]], auth: Any = None) -> T:
    """What a piece of work with aioamocrm gives."""

    async def run() -> T:
        token = auth or LongLivedToken(desk.token)
        async with AmoCRMClient(auth=token, base_url=desk.box.url, rate_limit=None) as client:
            return await work(client)

    return asyncio.run(run())


def test_aioamocrm_knows_account_pipelines_fields_and_users(desk: Desk) -> None:
    async def work(amo: AmoCRMClient) -> tuple[Any, ...]:
        fields = [field.name async for field in amo.contacts.custom_fields.iterate(limit=10)]
        users = [user.name async for user in amo.users.iterate()]
        return await amo.account.get(), await amo.pipelines.list(), fields, users

    account, pipelines, fields, users = driven(desk, work)
    assert account.subdomain == "smile"
    assert [pipeline.name for pipeline in pipelines][:2] == ["Первичные пациенты", "Повторные приемы"]
    assert len(fields) == 27
    assert "Телефон" in fields
    assert users[0] == "Интеграция"


def test_aioamocrm_creates_reads_pages_and_changes(desk: Desk) -> None:
    field = desk.key_field()

    async def work(amo: AmoCRMClient) -> tuple[Any, ...]:
        items = [{"name": f"N{n}", "custom_fields_values": [text(field, f"P-{n}")]} for n in range(120)]
        made = await amo.contacts.create(items, batch_size=50)
        read = [contact async for contact in amo.contacts.iterate(limit=50, order={"id": "asc"})]
        await amo.contacts.update([{"id": made[0].id, "name": "Анна"}])
        [lead] = await amo.leads.create([{"name": "L", "price": 700}])
        await amo.leads.link(lead.id, "contacts", made[0].id, metadata={"is_main": True})
        await amo.leads.update([{"id": lead.id, "status_id": WON}])
        return made, read, await amo.leads.get(lead.id, with_="contacts"), await amo.contacts.get(made[0].id)

    made, read, lead, anna = driven(desk, work)
    assert {ref.id for ref in made} == {contact.id for contact in read}
    assert len(read) == 120
    assert (lead.status_id, lead.price, anna.name) == (WON, 700, "Анна")
    assert [contact["id"] for contact in lead.model_dump()["embedded"]["contacts"]] == [made[0].id]


def test_answer_to_a_batch_is_in_an_order_that_a_client_may_take_for_its_own(desk: Desk) -> None:
    async def work(amo: AmoCRMClient) -> list[str | None]:
        refs = await amo.contacts.create([{"name": f"N{n}"} for n in range(20)])
        return [(await amo.contacts.get(ref.id)).name for ref in refs if ref.id]

    sent = [f"N{n}" for n in range(20)]
    assert driven(desk, work) != sent
    desk.settings(shuffle=False)
    assert driven(desk, work) == sent


def test_aioamocrm_makes_lead_and_contact_at_once_tasks_and_notes(desk: Desk) -> None:
    async def work(amo: AmoCRMClient) -> tuple[Any, ...]:
        [row] = await amo.leads.create_complex(
            [{"name": "L", "_embedded": {"contacts": [{"name": "A", "custom_fields_values": REFS}]}}]
        )
        [task] = await amo.tasks.create(
            [{"text": "t", "complete_till": 5, "entity_id": row.id, "entity_type": "leads"}]
        )
        await amo.tasks.complete(task.id, result="готово")
        await amo.leads.notes.create([{"entity_id": row.id, "note_type": "common", "params": {"text": "x"}}])
        notes = [note async for note in amo.leads.notes.iterate()]
        return row, await amo.tasks.get(task.id), notes

    row, task, notes = driven(desk, work)
    assert (row.merged, row.contact_id is not None) == (False, True)
    assert (task.is_completed, task.result.text) == (True, "готово")
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("http_500", aioamocrm.ServerError), ("html_504_after", aioamocrm.ServerError),
        ("drop_after", aioamocrm.NetworkError), ("too_many_html", aioamocrm.RateLimitError),
        ("unpaid:5", aioamocrm.PaymentRequiredError), ("blocked", aioamocrm.ForbiddenError),
        ("expired_token", aioamocrm.AuthError),
    ],
)  # fmt: skip
def test_aioamocrm_knows_our_refusals(desk: Desk, fault: str, error: type[Exception]) -> None:
    desk.fault(fault, match="POST contacts")
    with pytest.raises(error):
        driven(desk, lambda amo: amo.contacts.create([{"name": "A"}]))


def test_aioamocrm_reads_both_envelopes_of_400(desk: Desk) -> None:
    async def wrong(amo: AmoCRMClient) -> None:
        await amo.contacts.create([{"name": "A", "custom_fields_values": [text(5, "x")]}])

    with pytest.raises(aioamocrm.ValidationError) as refused:
        driven(desk, wrong)
    [issue] = refused.value.errors
    assert (issue.code, issue.path) == ("NotSupportedChoice", "custom_fields_values.0.field_id")
    with pytest.raises(aioamocrm.ValidationError):
        driven(desk, lambda amo: amo.leads.update([{"id": 5, "name": "X"}]))


def test_aioamocrm_refreshes_once_when_the_token_dies_in_the_middle(desk: Desk) -> None:
    auth = OAuth2(*(desk.keys[name] for name in ("client_id", "client_secret", "redirect_uri")))
    code = desk.admin("POST", "code")["code"]

    async def work(amo: AmoCRMClient) -> list[Any]:
        await amo.exchange_code(code)
        before = await amo.account.get()
        desk.wait(86_401)
        return [before, *await asyncio.gather(*(amo.account.get() for _ in range(5)))]

    assert {account.subdomain for account in driven(desk, work, auth)} == {"smile"}
    exchanges = [entry["status"] for entry in desk.admin("GET", "log") if entry["method"].startswith("POST oauth2")]
    assert exchanges == [200, 200]


# amocrm_api: older, synchronous, one call per entity


@pytest.fixture
def models(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from amocrm import v2
    from amocrm.v2 import interaction, tokens

    storage = tokens.MemoryTokensStorage()
    storage.save_tokens(desk.token, "")
    manager = tokens.default_token_manager
    monkeypatch.setattr(manager, "_storage", storage)
    monkeypatch.setattr(interaction.BaseInteraction, "_get_url", lambda _self, path: f"{desk.box.url}/api/v4/{path}")
    yield v2
    interaction._session.close()


old = pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning")


@old
def test_amocrm_api_creates_finds_changes_and_tags(desk: Desk, models: Any) -> None:
    contact = models.Contact.objects.create(name="Анна", custom_fields_values=REFS)
    lead = models.Lead.objects.create(name="Приём", price=700)
    lead = models.Lead.objects.get(lead.id)
    lead.contacts.append(models.Contact.objects.get(contact.id))
    lead.name = "Приём у Кима"
    lead.save()
    lead.tags.add("VIP")
    lead.save()
    desk.wait(31)
    assert [found.id for found in models.Contact.objects.filter(query="9161234567")] == [contact.id]
    state = desk.admin("GET", "state")["leads"][0]
    assert (state["name"], state["tags"], state["contacts"]) == ("Приём у Кима", ["VIP"], [contact.id])
    assert models.Lead.objects.get(lead.id).status.name == "Новый лид"


@old
def test_amocrm_api_reads_all_pages_and_nothing_at_all(desk: Desk, models: Any) -> None:
    assert list(models.Contact.objects.all()) == []
    for _ in range(2):
        desk.post("contacts", *[{"name": "A"}] * 250)
    assert len({contact.id for contact in models.Contact.objects.all()}) == 500
    assert next(pipeline.name for pipeline in models.Pipeline.objects.all()) == "Первичные пациенты"
    assert {event.type for event in models.Event.objects.all()} == {"contact_added"}


@old
def test_amocrm_api_works_with_phones_and_tasks(desk: Desk, models: Any) -> None:
    from amocrm.v2.entity.custom_field import ContactPhoneField

    class Patient(models.Contact):  # type: ignore[misc]
        mobile = ContactPhoneField("Телефон", enum_code="MOB")

    made = models.Contact.objects.create(name="A", custom_fields_values=REFS)
    patient = Patient.objects.get(made.id)
    assert patient.mobile == "+79161234567"
    patient.mobile = "+79990000000"
    patient.save()
    assert desk.admin("GET", "state")["contacts"][0]["phones"] == ["+79990000000"]
    patient.tasks.add(models.Task(text="Позвонить", complete_till=datetime(2026, 10, 5, 14)))
    assert [task.text for task in patient.tasks] == ["Позвонить"]
