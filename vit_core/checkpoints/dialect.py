"""Rules that translate the tensor names of a file into ours and back, and dialects, which are tables of such rules.

A rule has the form "their name -> our name" with {i} for the layer and {p} for weight or bias. Three names on our side
mean a fused matrix that is cut into equal parts; None means dropped on purpose. Each key of a file must fit exactly one
rule, and the way back is read from the same table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from vit_core.config import Resample

WILDCARDS = {"{chunk}": r"\d+", "{i}": r"(?P<i>\d+)", "{p}": r"(?P<p>weight|bias)", "{rest}": r"(?P<rest>.+)"}


@dataclass(frozen=True)
class Rule:
    """One line of a table.

    Attributes:
        theirs: the name in the file.
        ours: our name; several for a fused matrix; None if the tensor is not part of the picture -> class path.
        older: a former spelling, read but never written.
        copy: stands for a tensor that has a name of its own already, and must be equal to it where both are there.
        row: the file keeps the vector as a matrix of one row.
        halves: two names of ours are the halves of an MLP with a gate; of one without it the tensor is the first.
    """

    theirs: str
    ours: str | tuple[str, ...] | None
    older: bool = False
    copy: bool = False
    row: bool = False
    halves: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """Our names, always as a tuple."""
        if self.ours is None:
            return ()
        return (self.ours,) if isinstance(self.ours, str) else self.ours

    @cached_property
    def _their_pattern(self) -> re.Pattern[str]:
        return _compile(self.theirs)

    @cached_property
    def _our_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_compile(part) for part in self.parts)

    def read(self, key: str) -> tuple[str, ...] | None:
        """Our names of the tensor that the file calls `key`; None if this rule is not about it."""
        found = self._their_pattern.fullmatch(key)
        return None if found is None else tuple(part.format(**found.groupdict()) for part in self.parts)

    def write(self, name: str) -> tuple[str, int] | None:
        """(their key, which part of it) of our tensor `name`; None if this rule is not about it."""
        if self.older or self.copy:
            return None
        for part, pattern in enumerate(self._our_patterns):
            found = pattern.fullmatch(name)
            if found is not None:
                return self.theirs.format(**found.groupdict()), part
        return None


@dataclass(frozen=True)
class Dialect:
    """One family's way of naming.

    Attributes:
        name: stable key of this spelling.
        rules: the table.
        position_resample: how the family's own code resizes a learned position grid for another picture size.
        body: prefix of everything but the class head, absent from files that were saved without a head.
        eps: of every LayerNorm in the family's own code, where a shape that another family lends may say otherwise.
        family: what its spellings have in common, as in `CheckpointSpec.dialect`; a file is written in exactly one
            of them.
    """

    name: str
    family: str
    rules: tuple[Rule, ...]
    position_resample: Resample = "bicubic"
    body: str = ""
    eps: float | None = None


def _compile(template: str) -> re.Pattern[str]:
    pattern = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
    for wildcard, regex in WILDCARDS.items():
        pattern = pattern.replace(wildcard, regex)
    return re.compile(pattern)
