"""Browser tests wait by expectations that are asked again and again: no pause, and nothing read once and believed.

A page answers an action when it gets to it. A test that reads at once what it shows passes on a quick machine and fails
on a busy one; a pause is too long on the one and too short on the other. So what a page says is asked of Playwright's
`expect`, or read inside what is passed to `passes`, `settles` or `settled` (tests/support/browser.py).

Rules, read off the source:
- Nobody pauses.
- Tests, fixtures and methods read only inside what is passed to one of the three. A helper may read: it is a reader
  then, and whoever calls it reads.
- What is asked again and again acts on nothing: no click is repeated.
- What two looks at a page agree on is no verdict on it: on a busy machine they agree on much that is still to change.
  `settles` waits for it. That nobody was asked for anything is one: for that there is nothing to wait.
- Requests are held back by `intercept`, which waits until the page has heard of it.
- Errors are forgiven by what they say: at the moment in which they are cleared the last may still be on its way.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WAITERS = {"passes", "settles", "settled"}
PAUSES = {"sleep", "wait_for_timeout"}
EXEMPT = {
    ("tests/support/browser.py", "intercept", "route"),  # it waits
    ("tests/support/browser.py", "_rest", "sleep"),  # the pause between two reads
    ("tests/support/browser.py", "_rest", "wait_for_timeout"),
    ("tests/support/browser.py", "in_page", "evaluate"),  # nothing of the page is read
}
READS = {
    "all_inner_texts", "all_text_contents", "aria_snapshot", "bounding_box", "eval_on_selector", "eval_on_selector_all",
    "evaluate", "evaluate_all", "get_attribute", "inner_html", "inner_text", "input_value", "is_checked", "is_disabled",
    "is_editable", "is_enabled", "is_hidden", "is_visible", "json_value", "query_selector", "query_selector_all",
    "requests", "text_content",
}  # fmt: skip
READS_WITHOUT_ARGUMENT = {"all", "content", "count", "title"}  # with one they are a list's or a string's
HAVE_AN_ADDRESS = {
    "answer",
    "app",
    "one",
    "request",
    "response",
    "self",
    "served",
    "windows",
}  # `url` of anything else is a page's
ACTS = {
    "click", "dblclick", "dispatch_event", "drag_to", "fill", "focus", "go_back", "go_forward", "goto", "hover",
    "keyboard", "mouse", "press", "press_sequentially", "reload", "select_option", "set_input_files", "tap",
    "touchscreen",
}  # fmt: skip
# Not converted yet.
ALLOWED: set[str] = set()

NAMES = ast.Attribute | ast.Name | ast.alias
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """A source, and where in it something is read, acts and is passed on to be asked again."""

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.tree = ast.parse(source)
        self.nodes = list(ast.walk(self.tree))
        self.parents = {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}
        self.functions = {node.name: node for node in self.tree.body if isinstance(node, Function)}
        self.imported: dict[str, Function] = {}

    def take_imports(self, modules: dict[str, Module]) -> None:
        """Know the functions of the other modules that are imported here."""
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom) and node.module in modules:
                theirs = modules[node.module].functions
                self.imported |= {a.asname or a.name: theirs[a.name] for a in node.names if a.name in theirs}

    def asked_again(self, node: ast.AST) -> bool:
        """Whether this is what a waiter is given to call."""
        call = self.parents.get(node)
        called = getattr(call, "func", None)
        return (
            isinstance(call, ast.Call)
            and bool(call.args)
            and call.args[0] is node
            and getattr(called, "id", getattr(called, "attr", "")) in WAITERS
        )

    def around(self, node: ast.AST) -> Iterator[Function | ast.Lambda]:
        """The functions and lambdas around a node, inside out."""
        while node := self.parents.get(node):
            if isinstance(node, Function | ast.Lambda):
                yield node

    def home(self, node: ast.AST) -> Function | ast.Lambda | None:
        """The function this belongs to, or the lambda that a waiter calls; None for what runs at import."""
        homes = (scope for scope in self.around(node) if isinstance(scope, Function) or self.asked_again(scope))
        return next(homes, None)

    def meant(self, name: ast.Name) -> Function | None:
        """The function that a name stands for, as far as it can be read off the sources."""
        for scope in self.around(name):
            if any(arg.arg == name.id for arg in ast.walk(scope.args) if isinstance(arg, ast.arg)):
                return None
            for node in ast.walk(scope):
                if isinstance(node, Function) and node is not scope and node.name == name.id:
                    return node
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name.id:
                    return None
        return self.functions.get(name.id) or self.imported.get(name.id)

    def may_be_a_reader(self, function: Function) -> bool:
        in_class = isinstance(self.parents[function], ast.ClassDef)
        return not (in_class or function.decorator_list or function.name.startswith("test_"))

    def reads(self, node: ast.AST) -> str:
        """What this reads of a page by itself; nothing for what does not."""
        if not isinstance(node, ast.Attribute):
            return ""
        parent = self.parents[node]
        called = isinstance(parent, ast.Call) and parent.func is node
        if node.attr in ("evaluate", "evaluate_all") and called and isinstance(self.parents[parent], ast.Expr):
            return ""  # nobody wants what it gives back
        if node.attr == "requests" and isinstance(parent, ast.Attribute) and parent.attr == "clear":
            return ""
        if node.attr == "url":
            of = getattr(node.value, "id", getattr(node.value, "attr", ""))
            return "" if of in HAVE_AN_ADDRESS else "url"
        if node.attr in READS_WITHOUT_ARGUMENT:
            return "" if called and parent.args + parent.keywords else node.attr
        return node.attr if node.attr in READS else ""

    def too_soon(self, node: ast.AST) -> str:
        """What is wrong with doing this at once; nothing where it is not."""
        home = getattr(self.home(node), "name", "")
        if not isinstance(node, ast.Attribute) or (self.path, home, node.attr) in EXEMPT:
            return ""
        if node.attr == "route" and getattr(node.value, "id", "") != "window":  # whose pages come behind it
            return "route comes to the page later than the next key does: use intercept"
        if node.attr == "clear" and isinstance(node.value, ast.Attribute) and node.value.attr == "errors":
            return "errors.clear leaves those that are on their way: use forgive"
        return ""

    def acts(self, node: ast.AST) -> str:
        """What this does to a page by itself."""
        return node.attr if isinstance(node, ast.Attribute) and node.attr in ACTS else ""


@dataclass(frozen=True)
class Spot:
    """A place that may read or act: what it does by itself, or which function it names."""

    module: Module
    node: ast.AST
    home: Function | ast.Lambda | None
    asked_again: bool
    reads: str
    acts: str
    names: Function | None


class Suite:
    """Some modules that call each other: which functions read and which act, themselves or by what they call."""

    def __init__(self, sources: dict[str, str]) -> None:
        modules = {path.removesuffix(".py").replace("/", "."): Module(path, source) for path, source in sources.items()}
        for module in modules.values():
            module.take_imports(modules)
        self.modules = list(modules.values())
        self.spots = [spot for module in self.modules for spot in self._spots(module)]
        self.readers: set[Function] = set()
        self.actors: set[Function] = set()
        known = None
        while known != (known := (len(self.readers), len(self.actors))):
            for spot in self.spots:
                if isinstance(spot.home, Function):
                    if self.read(spot) and spot.module.may_be_a_reader(spot.home):
                        self.readers.add(spot.home)
                    if self.act(spot):
                        self.actors.add(spot.home)

    @staticmethod
    def _spots(module: Module) -> Iterator[Spot]:
        for node in module.nodes:
            reads, acts = module.reads(node), module.acts(node)
            named = module.meant(node) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else None
            home = module.home(node)
            if (module.path, getattr(home, "name", ""), reads) in EXEMPT:
                reads = ""
            if reads or acts or named:
                yield Spot(module, node, home, module.asked_again(node), reads, acts, named)

    def read(self, spot: Spot) -> str:
        """What is read here and now: not what is given to a waiter."""
        if spot.asked_again:
            return ""
        return spot.reads or (spot.names.name if spot.names in self.readers else "")

    def act(self, spot: Spot) -> str:
        return spot.acts or (spot.names.name if spot.names in self.actors else "")

    def objections(self) -> Iterator[tuple[str, int, str]]:
        """File, line and what is wrong there."""
        for module in self.modules:
            for node in module.nodes:
                pause = getattr(node, "attr", getattr(node, "id", getattr(node, "name", "")))
                home = getattr(module.home(node), "name", "")
                if pause in PAUSES and isinstance(node, NAMES) and (module.path, home, pause) not in EXEMPT:
                    yield module.path, node.lineno, f"{pause} pauses: wait for what is to come"
                if wrong := module.too_soon(node):
                    yield module.path, node.lineno, wrong
                if isinstance(node, ast.Assert):
                    yield from ((module.path, node.lineno, wrong) for wrong in self._verdicts(module, node))
        for spot in self.spots:
            for objection in self._objections(spot):
                yield spot.module.path, spot.node.lineno, objection

    def _verdicts(self, module: Module, node: ast.Assert) -> Iterator[str]:
        """What is asserted of something that two looks agree on, but for what a page has asked for."""
        calls = [call for call in ast.walk(node.test) if isinstance(call, ast.Call)]
        looks = [call for call in calls if getattr(call.func, "id", "") == "settled"]
        if not all(self._asks(module, call) for call in looks):
            yield "settled is no verdict: use settles"

    def _asks(self, module: Module, node: ast.AST, *within: ast.AST) -> bool:
        """Whether this reads what a page has asked for, itself or by a function that it names."""
        parts = list(ast.walk(node))
        if any(isinstance(at, ast.Attribute) and at.attr == "requests" for at in parts):
            return True
        named = {module.meant(at) for at in parts if isinstance(at, ast.Name)} - {None, *within}
        return any(self._asks(module, function, node, *within) for function in named if function)

    def _objections(self, spot: Spot) -> Iterator[str]:
        read, act, home = self.read(spot), self.act(spot), spot.home
        if read and home not in self.readers and not isinstance(home, ast.Lambda):
            yield f"{read} is read at once: use expect, or read it in what is passed to {', '.join(sorted(WAITERS))}"
        if act and (spot.asked_again or isinstance(home, ast.Lambda)):
            yield f"{act} would be done again and again: only read in what is passed to a waiter"
        elif act and home in self.readers:
            yield f"{home.name} reads at once and acts ({act}): whoever asks it again repeats that"


def sources() -> dict[str, str]:
    """The browser tests, and the support modules that drive a page with Playwright's own names.

    Those that measure a page at rest (walking.py, layout.py, audit.py) look once, after they have waited for it.
    """
    files = sorted([*ROOT.glob("tests/browser/*.py"), *ROOT.glob("tests/support/*.py")])
    found = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}
    return {path: source for path, source in found.items() if "/browser/" in path or "playwright" in source}


def test_every_browser_test_waits_by_expectations() -> None:
    found = sources()
    assert {"tests/browser/conftest.py", "tests/browser/test_page.py", "tests/support/sheet.py"} <= found.keys()
    wrong = list(Suite(found).objections())
    told = [f"{path}:{line}: {why}" for path, line, why in sorted(wrong) if path not in ALLOWED]
    assert not told, "\n".join(told)
    assert not ALLOWED - {path for path, _, _ in wrong}, "these keep to the rules now: take them off the list"


HELPERS = """
def title(page):
    return page.locator("h3").inner_text()

def texts(page):
    return [title(page), page.locator("p").all_inner_texts()]

def follow(page, button):
    before = settled(lambda: title(page))
    button.click()
    settles(lambda: title(page), lambda shown: shown != before)
"""

PLANTED = [
    ("assert page.locator('p').inner_text() == 'a'", "inner_text is read at once"),
    ("shown = page.locator('p').all_inner_texts()\nassert shown == ['a']", "all_inner_texts is read at once"),
    ("assert page.locator('p').count() == 2", "count is read at once"),
    ("assert [p.get_attribute('id') for p in page.locator('p').all()]", "all is read at once"),
    ("value = page.evaluate('1')\nassert value == 1", "evaluate is read at once"),
    ("assert 'a' in page.url", "url is read at once"),
    ("assert watched.requests == []", "requests is read at once"),
    ("page.mouse.move(page.locator('p').bounding_box()['x'], 0)", "bounding_box is read at once"),
    ("assert title(page) == 'a'", "title is read at once"),
    ("assert list(map(title, [page])) == ['a']", "title is read at once"),
    ("assert texts(page) == ['a', []]", "texts is read at once"),
    ("def shown():\n    return page.locator('p').inner_text()\nassert shown() == 'a'", "shown is read at once"),
    ("expect(page.locator('p')).to_have_text(title(page))", "title is read at once"),
    ("settles(lambda: 1, lambda value: title(page) == value)", "title is read at once"),
    ("settles(title(page), 'a')", "title is read at once"),
    ("page.wait_for_timeout(50)", "wait_for_timeout pauses"),
    ("import time\ntime.sleep(1)", "sleep pauses"),
    ("from time import sleep as rest\nrest(1)", "sleep pauses"),
    ("settles(lambda: (button.click(), title(page))[1], 'a')", "click would be done again"),
    ("settles(lambda: follow(page, button), None)", "follow would be done again"),
    ("passes(button.click)", "click would be done again"),
    ("def check():\n    page.mouse.move(0, 0)\n    assert title(page)\npasses(check)", "check reads at once and acts"),
    ("def check():\n    page.mouse.move(0, 0)\npasses(check)", "check would be done again"),
    ("assert settled(page.locator('p').count) == 2", "settled is no verdict"),
    ("assert 'a' in settled(lambda: title(page))", "settled is no verdict"),
    ("page.route('**/view?*', lambda route: route.abort())", "route comes to the page later"),
    ("watched.errors.clear()", "errors.clear leaves those"),
]

KEPT = [
    "expect(page.locator('p')).to_have_text('a')\nexpect(page.locator('p')).to_have_count(2)",
    "settles(lambda: page.locator('p').inner_text(), 'a')",
    "settles(page.locator('p').inner_text, 'a')",
    "shown = settled(lambda: [p.inner_text() for p in page.locator('p').all()])\nassert shown == ['a']",
    "def check():\n    assert title(page) == 'a'\n    assert len(texts(page)) == 2\npasses(check)",
    "assert settles(lambda: texts(page), ['a', []])",
    "assert settled(lambda: watched.requests) == []",
    "def asked():\n    return [url for url in watched.requests if 'view' in url]\nassert settled(asked) == []",
    "watched.forgive('status of 4')\nintercept(page, '**/view?*', lambda route: route.abort())",
    "follow(page, button)",
    "page.evaluate('document.body.focus()')\nwatched.requests.clear()",
    "assert ['a'].count('a') == 1 and request.url == app.url",
    "title = 'a'\nassert title == 'a'",
    "def read():\n    return title(page)\nsettles(read, lambda read: read == 'a')",
]


def planted(body: str) -> list[str]:
    """What is said of a test with this body, whose helpers are in another module."""
    helpers = "from tests.helpers import follow, texts, title\n"
    test = "".join(f"    {line}\n" for line in body.splitlines())
    suite = Suite({"tests/test_it.py": f"{helpers}def test_it(page, app):\n{test}", "tests/helpers.py": HELPERS})
    return [f"{path}: {why}" for path, _, why in suite.objections()]


@pytest.mark.parametrize(("body", "why"), PLANTED)
def test_a_planted_race_is_found(body: str, why: str) -> None:
    found = planted(body)
    assert any(why in objection for objection in found), found
    assert all(objection.startswith("tests/test_it.py: ") for objection in found)


@pytest.mark.parametrize("body", KEPT)
def test_what_waits_passes(body: str) -> None:
    assert planted(body) == []


@pytest.mark.parametrize(
    "source",
    [
        "@pytest.fixture\ndef shown(page):\n    return page.inner_text('p')",
        "class Shown:\n    def text(self):\n        return self.page.inner_text('p')",
        "SHOWN = page.inner_text('p')",
    ],
)
def test_fixtures_methods_and_what_runs_at_import_read_nothing_at_once(source: str) -> None:
    assert [why for _, _, why in Suite({"tests/it.py": source}).objections()]
