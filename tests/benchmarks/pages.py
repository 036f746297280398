"""Pages that hold measured tables: what stands between `<!-- mark -->` and `<!-- /mark -->` is made, not written."""

import re


def filled(page: str, parts: dict[str, str]) -> str:
    """The page with each part between its marks; a mark that the page does not have is left out."""
    for mark, text in parts.items():
        page = re.sub(rf"(?<=<!-- {mark} -->\n).*?(?=<!-- /{mark} -->)", lambda _: text + "\n", page, flags=re.S)
    return page
