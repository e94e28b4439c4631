"""Faults to plant in a page: one for every sentence that a check of layout.js can say.

A check that has gone blind finds nothing, as it does where all is well; only a fault that is known to be there tells the
two apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.browser import in_page
from tests.support.layout import AXE, Room, Rooms, Setting


@dataclass(frozen=True)
class Plant:
    """A fault as HTML, the check that has to find it, and the words of its source that it says of it.

    `names` is what the sentence calls the plant, so that a fault of something else is not taken for it; `fine` is the
    same without the fault, of which the check has to be silent.
    """

    check: str
    says: str
    names: str
    html: str
    fine: str = ""
    given: tuple[Any, ...] = ()

    def is_told(self, sentences: Any) -> bool:
        """Whether one of the sentences is about this fault."""
        told = [" ".join(map(str, one)) if isinstance(one, (list, tuple)) else str(one) for one in sentences]
        return any(self.says in one and self.names in one for one in told)


def of_width(pixels: int, **others: str) -> str:
    """A canvas so wide in a box of 100 pixels, drawn for the screen's resolution unless it is told otherwise."""
    backing = others.get("backing", str(pixels))
    return f"""<div style="width: 100px; height: 40px"><canvas class="planted" width="{backing}" height="20"
                 style="display: block; max-width: none; width: {pixels}px; height: 20px; padding: 0; border: 0"></canvas></div>"""


# Elements that carry nothing of the page's own style but what is written here.
BARE = "all: unset; display: block"
WRITTEN_ON_WHITE = "background: #fff; font-size: 14px; opacity: 1"
LIGHT = "color: #8f8f8f"  # 3.23 to 1 on white
DARK = "color: #555"


def written(html: str) -> dict[str, str]:
    """A text on white, in a colour that is too light and in one that is not."""
    return {"html": html.format(LIGHT), "fine": html.format(DARK)}


def in_box(html: str, wrong: str, right: str) -> dict[str, str]:
    """The same HTML with the fault and without it."""
    return {"html": html.format(wrong), "fine": html.format(right)}


PLANTS = (
    Plant(
        "overlapping", " lies on ", "“one word” lies on “another”",
        **in_box('<p style="position: relative; height: 60px"><b style="position: absolute; left: 0; top: 0">one word</b>'
                 '<b style="position: absolute; left: 5px; top: {}px">another</b></p>', "0", "40"),
    ),
    Plant(
        "overlapping", " lies on ", "planted lies on “under the button”",
        **in_box('<div style="position: relative; height: 60px">under the button<button class="in-corner planted" aria-label="take" '
                 'style="position: absolute; left: 0; top: {}px; width: 60px; height: 30px"></button></div>', "0", "50"),
    ),
    Plant(
        "torn", " apart, the words ", "Papa|gei",
        **in_box('<p class="tile words" style="display: block; white-space: nowrap"><span class="word">Papa</span><span '
                 'class="word goes-on" style="margin: 0 20px 0 {}px">gei</span><span class="word">singt</span></p>', "30", "0"),
    ),
    Plant(
        "leaving", " leaves ", "“longer than its box”",
        **in_box('<div style="border: 1px solid #000; width: {}px; white-space: nowrap">longer than its box</div>', "60", "400"),
    ),
    Plant(
        "overhanging", "the page scrolls sideways", "",
        **in_box("<style>html body .gradio-container.gradio-container {{ overflow: {} !important; }}</style>"
                 '<div style="width: calc(100vw + 300px); height: 9px"></div>', "visible", "clip"),
    ),
    Plant(
        "overhanging", " lies beyond the window ", "planted",
        **in_box('<div class="planted" style="width: {}; height: 9px"></div>', "calc(100vw + 300px)", "100px"),
    ),
    Plant(
        "overhanging", ", and nothing scrolls it", "planted",
        **in_box('<div style="width: 100px; {}"><table class="planted" style="display: table; min-width: 200px; width: 200px"><tr><td>cell'
                 "</table></div>", "", "overflow-x: auto"),
    ),
    Plant(
        "overhanging", " reaches over ", "planted",
        **in_box('<div style="border: 1px solid #000; width: 100px"><ul class="planted" style="margin: 0; width: {}px"><li>one</ul></div>', "160", "90"),
    ),
    Plant(
        "cut", " is cut by ", "“cut off by its box” is cut by p",
        **in_box('<p {} style="width: 40px; overflow: hidden; white-space: nowrap">cut off by its box</p>', "", 'title="cut off by its box"'),
    ),
    Plant(
        "cut", " is cut by itself", "planted",
        **in_box('<button class="planted" style="width: {}px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis">three dots at its end</button>',
                 "60", "400"),
    ),
    Plant(
        "cut", " is lower than a line of it", "“a low list”",
        **in_box('<select style="box-sizing: border-box; min-height: 0; padding: 0; line-height: 20px; height: {}px"><option>a low list</select>', "12", "30"),
    ),
    Plant(
        "cut", " is cut by its list", "“chosen in a narrow list”",
        **in_box('<p onpointerover="event.stopPropagation()"><select style="min-width: 0; width: {}px"><option>chosen in a narrow list</select>', "60", "400"),
    ),
    Plant("canvases", " in ", "planted is 200 × 20 in 100", html=of_width(200), fine=of_width(100)),
    Plant("canvases", " is only ", "planted is only 50 wide in 100", html=of_width(50), fine=of_width(90)),
    Plant("canvases", " pixels for ", "planted has 50 × 20 pixels for 100 × 20 at 1", html=of_width(100, backing="50"), fine=of_width(100)),
    Plant(
        "parted", "a unit is parted from its number", "“12 ms”",
        **in_box('<p style="width: {}px; font-size: 16px">12 ms</p>', "20", "200"),
    ),
    Plant(
        "parted", "a colour is parted from ", "“its name”",
        **in_box('<p class="legend" style="display: block"><i class="swatch" style="display: inline-block; width: 10px; height: 10px"></i>'
                 '<b style="display: {}">its name</b></p>', "block", "inline"),
    ),
    Plant("faint", " has ", "“a light text” has 3.23 : 1", **written(f'<p style="{WRITTEN_ON_WHITE}; {{}}">a light text</p>')),
    Plant("faint", " has ", "“a chosen one” has 3.23 : 1", **written(f'<select style="{WRITTEN_ON_WHITE}; {{}}"><option>a chosen one</select>')),
    Plant("faint", " has ", "“several lines” has 3.23 : 1", **written(f'<textarea style="{WRITTEN_ON_WHITE}; {{}}">several lines</textarea>')),
    Plant("faint", " has ", "“a value” has 3.23 : 1", **written(f'<input value="a value" style="{WRITTEN_ON_WHITE}; {{}}">')),
    Plant(
        "faint", " has ", "“to be filled in” has 3.23 : 1",
        **written(f'<style>.planted::placeholder {{{{ opacity: 1 !important; {{}} !important; }}}}</style><input class="planted" placeholder="to be filled in" '
                  f'style="{WRITTEN_ON_WHITE}; {DARK}">'),
    ),
    Plant(
        "whileWaiting", "", "“not there yet”", given=("faint",),
        **in_box("<style>[data-waiting] .planted {{ opacity: {}; }}</style>"
                 f'<p class="planted" style="background: #fff; {DARK}">not there yet</p>', "0.4", "1"),
    ),
    Plant("small", " is ", "“tiny” is 20 × 24", **in_box(f'<button style="{BARE}; overflow: hidden; width: {{}}px; height: 24px">tiny</button>', "20", "24")),
    Plant("crowded", "it stands in two lines", "the rail is 100 px", "<style>.rail { box-sizing: border-box; height: 100px !important; }</style>"),
    Plant("crowded", " px from ", "", "<style>.rail [data-to] { margin-left: -12px !important; }</style>"),
    Plant(
        "unfocused", " shows no focus", "“no ring”",
        **in_box('<button style="transition: none; box-shadow: none !important; border: 1px solid #000 !important; outline: {} !important">no ring</button>',
                 "none", "2px solid #000"),
    ),
    Plant(
        "unfocused", " has a faint focus", "“a light ring”",
        **in_box('<div style="background: #fff"><button style="transition: none; outline: 2px solid {} !important; outline-offset: 2px">a light ring</button></div>',
                 "#ccc", "#000"),
    ),
    Plant(
        "unfocused", " is focused under ", "“covered”",
        **in_box(f'<div style="position: relative; height: 30px"><button style="{BARE}; height: 30px; outline: 2px solid #000">covered</button>'
                 '<div style="position: absolute; inset: 0; display: {}"></div></div>', "block", "none"),
    ),
    Plant(
        "unfocused", " takes the focus out of sight", "“never seen”",
        **in_box("<style>.planted:{} {{ clip-path: inset(50%); }}</style>"
                 '<button class="planted" style="outline: 2px solid #000">never seen</button>', "focus, .planted", "not(:focus)"),
    ),
    Plant("violations", "", "planted-list", **in_box('<select id="planted-list" {}></select>', "", 'aria-label="a list"')),
    Plant("draggable", "", "planted", **in_box('<b class="planted" style="touch-action: {}">moved by the finger</b>', "none", "auto")),
    Plant("misnamed", " is not in ", '"open" is not in "close"', **in_box('<button aria-label="{}">Open</button>', "Close", "Open it")),
    Plant("valueless", " has an empty ", "s has an empty aria-hidden", **in_box("<s {}>aside</s>", "aria-hidden", 'aria-hidden="true"')),
    Plant("wordless", "", "⟨planted.text", **in_box("<p>{}</p>", "⟨planted.text⟩", "a text")),
    Plant("tiny", "", "small print", given=(13,), **in_box('<i style="font-size: {}px">small print</i>', "9", "13")),
    Plant("rewritten", "", "Papagei", given=(["Papagei"],), **in_box("<b {}>Papagei</b>", "", 'translate="no"')),
    Plant("rewritten", "title of ", "Käfig", given=(["Käfig"],), **in_box('<b title="Käfig" {}>a word</b>', "", 'translate="no"')),
)  # fmt: skip


def sayings(rooms: Rooms) -> dict[str, list[str]]:
    """The lines of source in which a check says something, by check: all that can be asked for."""
    return in_page(rooms.page, "() => layout.sayings()")


def unplanted(lines: dict[str, list[str]]) -> list[str]:
    """Checks, and sentences of theirs, for which nothing is planted; and plants for which there is no check."""
    planted: dict[str, list[str]] = {}
    for plant in PLANTS:
        planted.setdefault(plant.check, []).append(plant.says)
    missing = [f"no {check}" for check in set(lines) ^ set(planted)]
    for check, said in lines.items():
        words = planted.get(check, [])
        missing += [f"{check}: {line.strip()}" for line in said if not any(word in line for word in words)]
        if len(said) > len(words):  # two sentences may have their words in common
            missing.append(f"{check} says {len(said)} things, of which {len(words)} are planted")
    return missing


def blind(rooms: Rooms) -> list[str]:
    """Plants that their checks do not find, and those that are still found without their fault; no room is beside them."""
    page = rooms.page
    rooms.look(Setting(1440, "light", "en", 1))
    rooms.enter(Room("words"))
    in_page(page, """() => {
        document.head.insertAdjacentHTML('beforeend', '<style id="only-plants">[id^=screen-] .am-mount:not(.bed) { display: none !important; }</style>');
        document.getElementById(`screen-${document.documentElement.dataset.screen}`).insertAdjacentHTML('afterbegin', '<div class="am-mount bed"></div>');
    }""")  # fmt: skip
    missed = []
    try:
        for plant in PLANTS:
            if plant.check == "violations" and not AXE.exists():
                continue
            for html, is_wrong in ((plant.html, True), (plant.fine, False)):
                in_page(page, "(html) => { document.querySelector('.bed').innerHTML = html; }", html)
                found = asked(rooms, plant)
                if plant.is_told(found) != is_wrong:
                    missed.append(f"{plant.check} of {'' if is_wrong else 'what is well in '}{html}: {found}")
    finally:  # the tests that follow look at rooms again
        in_page(page, "() => document.querySelectorAll('.bed, #only-plants').forEach((one) => one.remove())")
    return missed


def asked(rooms: Rooms, plant: Plant) -> list[Any]:
    """What the plant's check finds."""
    if plant.check == "violations":
        return rooms.violations()
    found = rooms.findings(plant.check, *plant.given)
    return [f"{place}: {text}" for place, text in found.items()] if isinstance(found, dict) else found
