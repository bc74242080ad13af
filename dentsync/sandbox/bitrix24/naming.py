"""REST names of user fields (api-reference/crm/universal/index.md of b24restdocs: three rules)."""

import re

PREFIX = "UF_CRM_"


def camel_of(original: str) -> str:
    """``UF_CRM_MIS_ID`` -> ``ufCrmMisId``; where letters and digits mix, only the prefix changes."""
    rest = original.removeprefix(PREFIX)
    if words := re.fullmatch(r"(?:(\d+)_)?([A-Z]+(?:_[A-Z]+)*)", rest):
        return f"ufCrm{words[1] or ''}" + "".join(word.capitalize() for word in words[2].split("_"))
    if numbers := re.fullmatch(r"(\d+)_(\d+)", rest):
        return f"ufCrm{numbers[1]}_{numbers[2]}"
    return f"ufCrm_{rest}"


def rest_names(originals: list[str], taken: set[str]) -> dict[str, str]:
    """Original -> REST name; a name that is already taken stays in its original spelling."""
    names: dict[str, str] = {}
    for original in originals:
        camel = camel_of(original)
        names[original] = original if camel in taken else camel
        taken = taken | {camel}
    return names
