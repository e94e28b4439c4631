"""Resizing of position tables: what must hold under every rule. The rules' own numbers are compared in tests/parity."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from vit_core.config import Resample
from vit_core.positions import position_table, resample_grid

RULES = get_args(Resample)
every_rule = pytest.mark.parametrize("rule", RULES)


@every_rule
def test_the_native_grid_is_left_alone(rule: Resample) -> None:
    table = torch.randn(1, 16, 5)
    assert resample_grid(table, 4, 4, rule) is table
    pos_embed = torch.randn(1, 18, 5)
    assert torch.equal(position_table(pos_embed, 2, 4, 4, rule), pos_embed)


@every_rule
@pytest.mark.parametrize("size", [(6, 9), (3, 2), (4, 16), (16, 1)])
def test_the_prefix_is_never_resized_and_a_constant_stays_constant(rule: Resample, size: tuple[int, int]) -> None:
    rows, cols = size
    prefix = torch.randn(1, 2, 5)
    resized = position_table(torch.cat([prefix, torch.full((1, 16, 5), 0.7)], dim=1), 2, rows, cols, rule)
    assert resized.shape == (1, 2 + rows * cols, 5)
    assert torch.equal(resized[:, :2], prefix)
    assert_close(resized[:, 2:], torch.full((1, rows * cols, 5), 0.7), atol=1e-5, rtol=0)


@every_rule
def test_rows_stay_rows(rule: Resample) -> None:
    """Dimension 0 counts rows, dimension 1 counts columns; on a grid stretched unevenly they must not mix."""
    y, x = torch.meshgrid(torch.arange(4.0), torch.arange(4.0), indexing="ij")
    table = torch.stack([y, x], dim=-1).reshape(1, 16, 2)
    resized = resample_grid(table, 6, 9, rule).reshape(6, 9, 2)
    assert_close(resized[..., 0], resized[:, :1, 0].expand(6, 9), atol=1e-5, rtol=0)
    assert_close(resized[..., 1], resized[:1, :, 1].expand(6, 9), atol=1e-5, rtol=0)
    assert (resized[1:, 0, 0] > resized[:-1, 0, 0]).all()
    assert (resized[0, 1:, 1] > resized[0, :-1, 1]).all()


def test_the_corners_rule_pins_the_corners() -> None:
    table = torch.randn(1, 16, 5)
    resized = resample_grid(table, 7, 9, "bicubic_corners").reshape(7, 9, 5)
    native = table.reshape(4, 4, 5)
    for here, there in (((0, 0), (0, 0)), ((0, 8), (0, 3)), ((6, 0), (3, 0)), ((6, 8), (3, 3))):
        assert_close(resized[here], native[there], atol=1e-5, rtol=0)


def test_no_two_rules_give_the_same_table() -> None:
    table = torch.randn(1, 36, 5)
    resized = {rule: resample_grid(table, 4, 5, rule) for rule in RULES}
    for i, a in enumerate(RULES):
        for b in RULES[i + 1 :]:
            assert (resized[a] - resized[b]).abs().max() > 1e-2, f"{a} and {b} agree"


def test_the_offset_rule_reads_places_of_a_grid_that_is_a_tenth_larger() -> None:
    """By hand, in numpy: cubic weights (a = -0.75) of the four nearest places, which stop at the edge."""
    table = torch.randn(1, 25, 3, dtype=torch.float64)

    def weights(n: int, side: int = 5) -> np.ndarray:
        made = np.zeros((n, side))
        for place in range(n):
            at = (place + 0.5) * side / (n + 0.1) - 0.5
            for tap in range(math.floor(at) - 1, math.floor(at) + 3):
                d = abs(at - tap)
                near, far = (1.25 * d - 2.25) * d * d + 1, ((-0.75 * d + 3.75) * d - 6) * d + 3
                made[place, min(max(tap, 0), side - 1)] += near if d <= 1 else far
        return made

    for rows, cols in ((3, 4), (7, 9), (2, 5)):
        by_hand = np.einsum("rs,ct,std->rcd", weights(rows), weights(cols), table.reshape(5, 5, 3).numpy())
        found = resample_grid(table, rows, cols, "bicubic_offset").reshape(rows, cols, 3)
        assert_close(found, torch.from_numpy(by_hand), atol=1e-9, rtol=0)


def test_googles_rule_draws_straight_lines_from_corner_to_corner() -> None:
    """By hand, in numpy: along each side the new places lie evenly from the first to the last of the old."""
    table = torch.randn(1, 25, 3, dtype=torch.float64)
    grid = table.reshape(5, 5, 3).numpy()
    for rows, cols in ((3, 4), (7, 9)):
        by_row = np.stack([[np.interp(np.linspace(0, 4, rows), range(5), grid[:, c, d]) for c in range(5)]
                           for d in range(3)])  # fmt: skip
        by_hand = np.stack([[np.interp(np.linspace(0, 4, cols), range(5), by_row[d, :, r]) for r in range(rows)]
                            for d in range(3)])  # fmt: skip
        found = resample_grid(table, rows, cols, "bilinear_corners").reshape(rows, cols, 3)
        assert_close(found, torch.from_numpy(by_hand).permute(1, 2, 0), atol=1e-12, rtol=0)


def test_refuses_a_table_that_is_no_square() -> None:
    with pytest.raises(ValueError, match="15 positions do not form a square"):
        resample_grid(torch.randn(1, 15, 5), 4, 4, "bicubic")
