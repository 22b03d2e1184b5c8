"""A law, a report, a news page and a paper, as the programs that make documents of them are given them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

Block = tuple[str, object]  # 'h', 'p': words; 'ul': items; 'table': rows, the first a head


@dataclass(frozen=True)
class Text:
    """A text, and what is known of it."""

    title: str
    author: str
    date: str  # ISO 8601
    publisher: str
    blocks: Sequence[Block]


_TOPICS = ("berths", "cranes", "ferries", "warehouses", "lighthouses", "pilots", "nets", "tugs", "slipways", "buoys")
_VERBS = ("inspected", "insured", "registered", "repaired", "closed", "licensed", "measured", "leased", "sold", "moved")

LAW = Text(
    "Harbour Areas Act",
    "Parliament of Esk",
    "2021-05-14",
    "",
    [
        ("p", "Act No. 41 of 14 May 2021, published in the Official Gazette of Esk."),
        *(
            block
            for n, (topic, verb) in enumerate(zip(_TOPICS, _VERBS, strict=True), 1)
            for block in (
                ("h", f"Article {n}. Of {topic}"),
                (
                    "p",
                    f"({1}) All {topic} that lie within a harbour area shall be {verb} by the harbour master not later "
                    f"than {n + 10} days after notice has been given in writing to the owner.",
                ),
                (
                    "p",
                    f"({2}) Whoever obstructs the harbour master in the performance of a duty under paragraph 1 is "
                    f"liable to a fine of not more than {n}00 crowns; a repeated offence doubles the fine. An appeal "
                    f"against the fine on {topic} lies to the district court within 30 days.",
                ),
            )
        ),
        ("p", "The fees are set out below:"),
        ("table", [["Vessel", "Fee in crowns", "Due"], ["Trawler", "120", "March"], ["Ferry", "340", "April"],
                   ["Yacht", "95", "June"]]),
        ("p", "This Act enters into force on 1 July 2021."),
    ],
)  # fmt: skip

REPORT = Text(
    "State of the Harbour 2023",
    "Office of Audit",
    "2024-02-09",
    "",
    [
        ("p", "The Office of Audit examined the accounts of the harbour between March and November 2023. It met with "
              "well-informed staff, and it was given access to the records of all four quays."),
        ("h", "Main findings"),
        ("ul", ["The dredging contract was awarded without a tender.", "Two of the four quays are closed.",
                "No stock was taken for three years."]),
        *(
            block
            for n, (topic, verb) in enumerate(zip(_TOPICS, _VERBS, strict=True), 1)
            for block in (
                ("h", f"Chapter {n}: {topic.capitalize()}"),
                (
                    "p",
                    f"In {2010 + n} the harbour kept {n * 37} {topic}, of which {n * 5} had been {verb} in the year "
                    "before. The administration could not explain why register and count differ. "
                    f"The auditors recommend that {topic} be counted twice a year by persons who do not keep the "
                    "books.",
                ),
                (
                    "p",
                    f"The costs of {topic} rose by {n + 3}.5 per cent, which is more than the costs of comparable "
                    "harbours. A part of the increase goes back to the storm of October, which nobody could foresee, "
                    f"but a larger part to contracts for {topic} that were prolonged without a new offer.",
                ),
            )
        ),
        ("h", "Traffic"),
        ("p", "Ships and cargo by year:"),
        ("table", [["Year", "Ships", "Cargo (t)"], ["2021", "1,204", "88,100"], ["2022", "1,310", "91,450"],
                   ["2023", "986", "70,020"]]),
        ("p", "The figures for 2023 leave out the fourth quarter of the east quay."),
    ],
)  # fmt: skip

NEWS = Text(
    "Council sells the harbour to a bank",
    "Ann Reed",
    "2024-04-03",
    "Esk Post",
    [
        ("p", "ESK — The town council sold the harbour to a bank on Monday evening, by eleven votes to nine."),
        ("p", "The mayor called the sale “a painful step”. The opposition had asked for a vote of the citizens, which "
              "the council refused."),
        ("h", "Fishermen protest"),
        ("p", "About 200 fishermen stood in front of the town hall. “We were not asked,” said Tom Hale, who has fished "
              "off Esk for forty years. He fears for the 38 boats that are left."),
        ("ul", ["The price is 14 million crowns.", "The bank takes over on 1 June.", "The ferry keeps its berth."]),
        ("p", "The bank declined to comment. A court will hear a complaint of two councillors in May."),
    ],
)  # fmt: skip

PAPER = Text(
    "Silting of Small Harbours: A Survey of Thirty Basins",
    "Mary Holt and Jan Brandt",
    "2022-11-18",
    "",
    [
        ("h", "Abstract"),
        ("p", "We measured the rate at which thirty small harbours silt up. The rate depends on the angle of the "
              "entrance more than on the tide, which contradicts the usual assumption."),
        *(
            block
            for n, (topic, verb) in enumerate(zip(_TOPICS[:6], _VERBS, strict=False), 1)
            for block in (
                ("h", f"{n} Basins with {topic}"),
                (
                    "p",
                    f"Of the thirty basins, {n + 4} hold {topic}. Their entrances were {verb} between 1990 and "
                    f"{2000 + n}, so that the sediment of {n + 2} winters could be sampled. We took cores of one "
                    "metre at nine points and dated them by the lead content of the uppermost layer.",
                ),
                (
                    "p",
                    f"The mean rate is {n}.4 centimetres a year, and the largest {n + 6}.1. A regression on the angle "
                    f"explains 0.7{n} of the variance. Where {topic} narrow the entrance, the rate halves; this agrees "
                    "with laboratory work on model basins and disagrees with the handbook.",
                ),
            )
        ),
        ("h", "Conclusion"),
        ("p", "Entrances should be turned away from the prevailing current. We thank the harbour masters who let us "
              "take samples on their days of rest."),
    ],
)  # fmt: skip


def html(text: Text, head: str = "", byline: bool = True) -> str:
    """Return a page with the text."""
    said = f"<p>{escape(text.author)}, {text.date}</p>" if byline else ""
    body = "".join(_html(kind, content) for kind, content in text.blocks)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(text.title)}</title>{head}</head>'
        f"<body><h1>{escape(text.title)}</h1>{said}{body}</body></html>"
    )


def _html(kind: str, content: object) -> str:
    if kind == "ul":
        assert isinstance(content, list)
        return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in content)}</ul>"
    if kind == "table":
        assert isinstance(content, list)
        rows = [
            "".join(f"<{cell}>{escape(words)}</{cell}>" for words in row)
            for row, cell in zip(content, ["th", *["td"] * len(content)], strict=False)
        ]
        head, *rest = (f"<tr>{row}</tr>" for row in rows)
        return f"<table><thead>{head}</thead><tbody>{''.join(rest)}</tbody></table>"
    return f"<{'h2' if kind == 'h' else 'p'}>{escape(str(content))}</{'h2' if kind == 'h' else 'p'}>"
