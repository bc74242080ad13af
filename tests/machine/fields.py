"""One field of one item: it is as it was, or as the MIS says; and after a run that is done, it is right."""

from typing import Any

from tests.machine.board import Contact, Deal
from tests.machine.promises import Belief, demand

Item = Contact | Deal


def judge_field(
    belief: Belief, name: str, value: Any, old: Item | None, new: Item, *, done: bool, loose: bool = False
) -> None:
    """``value`` is what the MIS says. ``loose``: the item was merged, and what people left on it may be anything."""
    was, is_now = old.fields[name] if old else "", new.fields[name]
    if belief.may_be_news(value) or loose:
        demand(is_now in (was, value), f"{name} is as it was, or as the MIS says", value, belief, old, new)
    else:
        demand(is_now == was, f"{name} stays while the MIS says nothing new", value, belief, old, new)
    if done and (belief.is_news(value) or not (belief.theirs or loose)):
        demand(is_now == value, f"{name} is as the MIS says", value, belief, old, new)
    belief.theirs = belief.theirs and is_now != value
    belief.tell(value, certain=done)


def judge_phones(
    belief: Belief,
    value: frozenset[str],
    typed: set[str],
    old: Contact | None,
    new: Contact,
    *,
    done: bool,
    loose: bool,
) -> None:
    """``typed``: what people typed in, of what is there; what of it may go is taken out."""
    was, is_now = set(old.phones) if old else set(), set(new.phones)
    told = {phone for phones in belief.told if isinstance(phones, frozenset) for phone in phones}
    demand(typed <= is_now, "a phone that people added stays", typed, old, new)
    demand(is_now - was <= value, "no phone is added but the MIS has it", value, old, new)
    demand(was - is_now <= told - value, "no phone goes but the MIS withdrew it", value, belief, old, new)
    more = _more(old.phones if old else (), new.phones)
    demand(len(more) == len(set(more)) and not set(more) & was, "no phone is there twice", old, new)
    if not (belief.may_be_news(value) or loose):
        demand(was == is_now, "phones stay while the MIS says nothing new", value, belief, old, new)
    if done and (belief.is_news(value) or not (belief.theirs or loose)):
        demand(value <= is_now, "the phones of the MIS are there", value, old, new)
    if done and not (belief.theirs or loose):
        demand(is_now <= value | typed, "what the MIS withdrew is gone", value, typed, belief, old, new)
    belief.theirs = belief.theirs and is_now - typed != value
    belief.tell(value, certain=done)


def _more(old: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
    """What of ``new`` is not in ``old``, with repeats."""
    rest = list(old)
    found = []
    for phone in new:
        if phone in rest:
            rest.remove(phone)
        else:
            found.append(phone)
    return found
