"""XML that lies about itself, breaks off, or hides something."""

import codecs

VISIT = (
    "<Прием><ID>{id}</ID><ФИО>{name}</ФИО><Телефон>8(916)555-01-23</Телефон>"
    "<НачалоПриема>2026-10-06T09:00:00</НачалоПриема><Врач>Петров П. П.</Врач><Статус>Записан</Статус></Прием>"
)
NAMES = ("Котова Анна Ильинична", "Ёлкин Пётр Семёнович", "Юрьева Фаина Эдуардовна")


def visits(names: tuple[str, ...] = NAMES) -> str:
    """The records without what is around them."""
    return "\r\n".join(VISIT.format(id=number, name=name) for number, name in enumerate(names, 901))


def document(inside: str, declared: str | None = "windows-1251") -> str:
    """A whole document; ``None``: without a declaration."""
    declaration = f'<?xml version="1.0" encoding="{declared}"?>\r\n' if declared else ""
    return f"{declaration}<Выгрузка>\r\n{inside}\r\n</Выгрузка>\r\n"


def files() -> dict[str, bytes]:
    """All of them, by name."""
    whole = document(visits())
    bombs = '<!DOCTYPE Выгрузка [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\r\n'
    empty = (
        "<Прием><ID>904</ID><ФИО>Котова Анна Ильинична</ФИО><Телефон>89165550123</Телефон>"
        "<НачалоПриема>2026-10-06T09:00:00</НачалоПриема><Создано>0001-01-01T00:00:00</Создано>"
        '<Рекомендация>true</Рекомендация><Врач xsi:nil="true"/><Статус>Записан</Статус></Прием>'
    )
    return {
        "bom_but_declares_1251.xml": codecs.BOM_UTF8 + whole.encode(),
        "utf8_but_declares_1251.xml": whole.encode(),
        "cp1251_but_declares_utf8.xml": document(visits(), "UTF-8").encode("cp1251"),
        "cp1251_without_declaration.xml": document(visits(), None).encode("cp1251"),
        "cp866_declared.xml": document(visits(), "cp866").encode("cp866"),
        "utf16.xml": codecs.BOM_UTF16_LE + document(visits(), "UTF-16").encode("utf-16-le"),
        "blank_line_and_control_characters.xml": (
            "\r\n" + document(visits(("Котова\x0bАнна Ильинична", "Ёлкин\x01 Пётр Семёнович")))
        ).encode("cp1251"),
        "bare_ampersand.xml": document(visits(("Котова & Ёлкин",))).encode("cp1251"),
        "breaks_off.xml": document(visits()).encode("cp1251")[:-60],
        "doctype.xml": whole.replace("<Выгрузка>", f"{bombs}<Выгрузка>", 1).encode("cp1251"),
        "empty_values.xml": document(empty)
        .replace("<Выгрузка>", '<Выгрузка xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">')
        .encode("cp1251"),
        "namespaces.xml": document(visits())
        .replace("<Выгрузка>", '<v8:Выгрузка xmlns:v8="http://v8.1c.ru/8.1/data/enterprise">')
        .replace("</Выгрузка>", "</v8:Выгрузка>")
        .encode("cp1251"),
        "no_records.xml": document("").encode("cp1251"),
    }
