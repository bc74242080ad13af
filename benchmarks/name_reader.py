"""How others read names: run by the Python of their own environment, `python name_reader.py LIBRARY < texts.json`."""

import json
import sys
import time


def nameparser():
    """With its packs for Russian and Turkic names, and its own repair of capitals."""
    from nameparser import locales, parser_for

    read = parser_for(locales.RU, locales.TR_AZ).parse

    def parts(text):
        name = read(text).capitalized()
        return [name.family, name.given, name.middle]

    return parts


def russiannames():
    """Initials are kept in fields of their own."""
    from russiannames.parser import NamesParser

    parser = NamesParser()

    def parts(text):
        found = parser.parse(text)
        initials = [f"{found[key]}." if found.get(key) else "" for key in ("sn_s", "fn_s", "mn_s")]
        return [found.get(key) or short for key, short in zip(("sn", "fn", "mn"), initials, strict=True)]

    return parts


def main():
    texts = json.load(sys.stdin)
    read = {"nameparser": nameparser, "russiannames": russiannames}[sys.argv[1]]()
    answers = []
    read("Петров Иван")
    started = time.process_time()
    for text in texts:
        try:
            answers.append(read(text))
        except Exception as error:  # counted as an answer that is wrong
            answers.append([repr(error), "", ""])
    json.dump({"seconds": time.process_time() - started, "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main()
