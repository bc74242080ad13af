"""The shape of a text without its content: what may be shown of a patient's cell."""

import re

LONGEST = 24

_DIGIT = re.compile(r"\d")


def masked(text: str) -> str:
    """Digits become 9, capitals Х, other letters х; signs stay, what is long is cut: «8(999)999-99-99»."""
    letters = "".join("Х" if char.isupper() else "х" if char.isalpha() else char for char in text)
    shape = " ".join(_DIGIT.sub("9", letters).split())
    return shape if len(shape) <= LONGEST else shape[: LONGEST - 1] + "…"
