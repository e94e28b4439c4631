"""The lines of the course's notes: the place of each (assets/data/course.tsv), and whether its text is visible
there.
"""

from __future__ import annotations

import html
import re

from demo.page.texts import texts

LINES = range(1, 35)

# A script that returns the text of the innermost visible element with this text, as one line, or null.
SAID = r"""([within, pattern]) => {
  const wanted = new RegExp(pattern), line = (text) => text.replace(/[^\S\u202f]+/g, ' '); // thousands stay together
  const seen = (node) => getComputedStyle(node).display === 'contents' || node.checkVisibility();
  const says = (node) => seen(node) && wanted.test(line(node.textContent));
  let found = document.querySelector(within);
  if (!found || !says(found)) return null;
  for (let inner = found; inner; inner = [...inner.children].find(says)) found = inner;
  // What is hidden in an element is part of its text, and not read.
  const nodes = document.createTreeWalker(found, NodeFilter.SHOW_TEXT, (text) => seen(text.parentElement) ? 1 : 2);
  let text = '';
  while (nodes.nextNode()) text += nodes.currentNode.data;
  return wanted.test(line(text)) ? line(text) : null;
}"""


def pattern_of(key: str, language: str) -> str:
    """A pattern for a text of the page on a device with mouse and keys, with anything in place of parameters and
    formulas.
    """
    told = re.sub(r"\{\{(.*?)\|(.*?)\}\}(?!\})", r"\1", texts(language)[key], flags=re.DOTALL)
    told = html.unescape(re.sub(r"<[^>]+>", "", told))
    told = re.sub(r"\{\w+:[^{}|]+\|[^{}|]+\}", "{}", told).replace("[[", "").replace("]]", "")
    pieces = [re.sub(r"[^\S\u202f]+", " ", piece) for piece in re.split(r"\$[^$]+\$|\{\w*\}", told)]
    assert sum(map(len, pieces)) > 5, f"{key} has no words of its own"
    return ".*?".join(map(re.escape, pieces))


def said(page, screen: str, key: str, language: str) -> str:
    """The visible text of the page with this key; raises AssertionError if there is none."""
    found = page.evaluate(SAID, [f"#screen-{screen}", pattern_of(key, language)])
    assert found is not None, f"{key} ({language}) is not to be seen on {screen}"
    return found
