"""Random walks over the page's controls, which find choices that the address does not contain.

A walk presses, switches, slides, chooses, types, clicks into figures and moves through them by keys, at random among
the controls that can be seen, whatever screen they are on, and compares what is painted (visible text, every canvas,
every switch) with what a fresh window paints at the same address, with the page after a reload, and with itself after
going back and forward.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Any

from tests.support.browser import UNDER_WAY, Watched, Window, see_all, settles
from tests.support.waiting import SECONDS

# Sentences that a walk types, and keys that it presses in a figure.
TYPED = ("Der Hund schläft.", "Wo ist der Bahnhof?", "Die Frau, die ich kenne, liest ein Buch.", "Ja.")
KEYS = ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Home", "End", "Enter", "Space", "Escape")
# Controls that a walk leaves out: those that ask for a file, open a system window, a dialog or a list, play by
# themselves, download, or measure time.
NOT_WALKED = """
  [data-action=upload], [data-action=paste], [data-action=camera], [data-action=examples], [data-action=undo],
  [data-action=play], [data-action=measure], [aria-haspopup=dialog], .take, .take-menu *, .sharing *, .cancel, .more, .term, .cost-timing *,
  dialog *, [hidden] *, .gallery *, .sentence-gallery *, .play, .brand *, .models-list button, .catalogue button, .offered *
"""
CONTROLS = f"""
() => {{
  const seen = (element) => {{
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({{ visibilityProperty: true, opacityProperty: true }});
  }};
  const controls = [...document.querySelectorAll(
    ':is(button, input[type=checkbox], input[type=range], input[type=text], textarea, select, canvas, [tabindex="0"]):is(.am-mount *):not([disabled], [readonly])'
  )].filter((element) => seen(element.closest('label') ?? element) && !element.matches(`{NOT_WALKED}`));
  globalThis.walkedControls = controls;
  return controls.map((element) => `${{element.closest('[id]:not([id^=html-])')?.id}} ${{element.tagName}} ${{element.type}} ${{
    (element.getAttribute('aria-label') || element.textContent || element.name || '').trim().slice(0, 40)}}`);
}}
"""
# As a person would set it: the value, then the events that follow. What is used by a real pointer or real keys says where it is.
USE = """
([index, share, other]) => {
  const element = globalThis.walkedControls[index];
  if (element.matches('canvas, textarea, input[type=text]') || !element.matches('button, input, select')) {
    element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const { x, y, width, height } = element.getBoundingClientRect();
    if (element.matches('canvas')) {
      const at = [x + share * width, y + other * height];
      return document.elementFromPoint(...at) === element ? { at } : {}; // a control may lie there, or the window end
    }
    element.focus({ preventScroll: true });
    return { typed: element.matches('textarea, input') };
  }
  if (element.type === 'range') {
    const [min, max, step] = [element.min || 0, element.max || 100, element.step || 1].map(Number);
    element.value = String(min + Math.round((share * (max - min)) / step) * step);
    element.dispatchEvent(new Event('input', { bubbles: true }));
    element.dispatchEvent(new Event('change', { bubbles: true }));
  } else if (element.tagName === 'SELECT') {
    const here = [...element.options].filter((option) => !option.closest('optgroup') || option.closest('optgroup') === element.querySelector('optgroup'));
    element.value = here[Math.floor(share * here.length)].value;
    element.dispatchEvent(new Event('change', { bubbles: true }));
  } else element.click();
  return {};
}
"""
PAINTED = """
async () => {
  document.activeElement?.blur?.();
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });
  const digest = async (text) => {
    const bytes = new Uint8Array(await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text)));
    return [...bytes.slice(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  const canvases = [];
  for (const canvas of document.querySelectorAll('.am-mount canvas')) {
    const { width, height } = canvas.getBoundingClientRect();
    if (seen(canvas) && width > 0 && height > 0 && canvas.width && canvas.height)
      canvases.push(`${canvas.closest('[id]:not([id^=html-])').id} ${canvas.className} ${canvas.width}x${canvas.height} ${await digest(canvas.toDataURL())}`);
  }
  return {
    // What is measured anew each time is another number each time, and what became of an action is said once.
    text: [...document.querySelectorAll('.am-mount')].filter(seen).map((mount) => {
      const measured = [...mount.querySelectorAll('[data-measured], [data-once]')].map((one) => one.innerText.trim()).filter(Boolean);
      return measured.reduce((text, one) => text.replace(one, ''), mount.innerText.trim());
    }),
    switches: [...document.querySelectorAll('.am-mount input, .am-mount select')].filter(seen)
      .map((input) => `${input.closest('[id]:not([id^=html-])').id} ${input.type} ${input.type === 'checkbox' ? input.checked : input.value}`),
    // The notes' path marks the step that was scrolled to, which nobody chose.
    pressed: [...document.querySelectorAll('.am-mount [aria-pressed=true], .am-mount [aria-current]:not(.note-path *)')].filter(seen).map((one) => one.innerText.trim()),
    canvases,
    address: location.search,
  };
}
"""

# One step of the history; what the page then opens is under way by then.
GO = """
(direction) => new Promise((resolve) => {
  addEventListener('popstate', () => setTimeout(resolve), { once: true });
  history[direction]();
})
"""


@dataclass
class Walk:
    """One walk: the page, its dice, and what was done, so that a failure can be read."""

    page: Any
    rng: random.Random
    done: list[str] = field(default_factory=list)

    def step(self) -> None:
        """Use one control at random; now and then the rail, so that every screen is come to."""
        if self.rng.random() < 0.2:
            names = self.page.evaluate("globalThis.microscope.screens.map(([name]) => name)")
            screen = self.rng.choice(names)
            self.done.append(f"rail: {screen}")
            self.page.evaluate("(name) => document.querySelector(`.station[data-to=${name}]`).click()", screen)
        else:
            controls = self.page.evaluate(CONTROLS)
            assert controls, f"nothing to press at {self.page.evaluate('location.search')} after {self.done}"
            index = self.rng.randrange(len(controls))
            self.done.append(controls[index])
            self._follow(self.page.evaluate(USE, [index, self.rng.random(), self.rng.random()]))
        settles(lambda: self.page.evaluate(UNDER_WAY), [])

    def _follow(self, here: dict[str, Any]) -> None:
        """Point into a figure, type into a field, or press a key in what has the focus."""
        if at := here.get("at"):
            self.done[-1] += f" at {at[0]:.0f}, {at[1]:.0f} in the window"
            self.page.mouse.click(*at)
            self.page.mouse.move(0, 0)
        elif here.get("typed"):
            text = self.rng.choice(TYPED)
            self.done[-1] += f": {text}"
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.insert_text(text)
            self.page.keyboard.press("Enter")
        elif "typed" in here:
            key = self.rng.choice(KEYS)
            self.done[-1] += f": {key}"
            self.page.keyboard.press(key)


def painted(page: Any) -> dict[str, Any]:
    """What is painted once everything was seen, nothing is under way and two looks at it agree."""
    see_all(page)
    before: dict[str, Any] | None = None
    deadline = time.monotonic() + 3 * SECONDS
    while True:
        page.mouse.move(0, 0)
        under_way, now = page.evaluate(UNDER_WAY), page.evaluate(PAINTED)
        if not under_way and now == before:
            return now
        if time.monotonic() > deadline:
            raise AssertionError(f"the page does not come to rest: {under_way} at {now['address']}")
        before = now
        # Updating the address takes up to 300 ms, and the comparison must not see the state before it.
        page.evaluate("() => new Promise((resolve) => { setTimeout(resolve, 450); })")


def differences(here: dict[str, Any], there: dict[str, Any]) -> list[str]:
    """The differences between two states of a page, as text."""
    told = []
    for kind in ("text", "switches", "pressed", "canvases"):
        for mine, theirs in zip(here[kind], there[kind], strict=False):
            if mine != theirs:
                told.append(f"{kind}: {_apart(mine, theirs)}")
        if len(here[kind]) != len(there[kind]):
            told.append(f"{kind}: {len(here[kind])} against {len(there[kind])}")
    return told


def _apart(mine: str, theirs: str) -> str:
    lines = [(a, b) for a, b in zip(mine.split("\n"), theirs.split("\n"), strict=False) if a != b]
    return " | ".join(f"{a!r} against {b!r}" for a, b in lines[:3]) or f"{mine[-60:]!r} against {theirs[-60:]!r}"


class Pair:
    """Two windows of a browser that share nothing: one for the walk, the other reset for every walk."""

    def __init__(self, browser: Any, url: str) -> None:
        self.url = url
        self._walked, self._fresh = (Window(browser.new_context(reduced_motion="reduce"), url) for _ in range(2))

    def close(self) -> None:
        for window in (self._walked, self._fresh):
            window.context.close()

    def walk(self, *, seed: int, steps: int, size: tuple[int, int] = (1440, 1000)) -> list[str]:
        """Walk, then open what is painted anew, reload it, and go back and forward: everything that differs, in words."""
        page, other = self._walked.tab(), self._fresh.tab()
        for tab in (page, other):
            tab.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{self.url}?lang=en")
        painted(page)
        entries = page.evaluate("history.length")
        dice = Walk(page, random.Random(f"walk {seed}"))
        for _ in range(steps):
            dice.step()
        here = painted(page)
        other.goto(self.url + here["address"])
        found = [f"in a fresh window, {told}" for told in differences(here, painted(other))]
        other.reload()
        found += [f"after a reload, {told}" for told in differences(here, painted(other))]
        for direction in ("back", "forward"):
            for _ in range(min(5, page.evaluate("history.length") - entries)):
                page.evaluate(GO, direction)
                settles(lambda: page.evaluate(UNDER_WAY), [])
        found += [f"after back and forward, {told}" for told in differences(here, painted(page))]
        if found:
            found = [f"walk {seed} to {here['address']}", *(f"  {one}" for one in dice.done), *found]
        if len(here["address"]) > 2000 + len(typed(page)):
            found.append(f"walk {seed}: an address of {len(here['address'])} characters")
        for window, tab in ((self._walked, page), (self._fresh, other)):
            window.take_back(Watched(tab, self.url))
        return found


def typed(page: Any) -> str:
    """Typed text as it stands in the address."""
    return page.evaluate("() => new URLSearchParams(location.search).get('text') ?? ''") * 4
