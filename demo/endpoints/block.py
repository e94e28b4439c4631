"""What the Block screen asks for."""

from __future__ import annotations

from dataclasses import replace

from demo.registry import photo_view
from demo.services import Look, Services
from demo.views import block
from vit_core.analysis.matrices import Matrix, head_matrix


@photo_view("block")
def opened(services: Services, look: Look, *, layer: int, query: int) -> bytes:
    """One block of a look for one token, beside the same block with nothing switched off."""
    trained = services.trace(replace(look, change=""))
    what_if = services.intervention(look, trained)
    return block.block(services.block(look, layer), services.check(look), layer, query, trained, what_if)


@photo_view("contributions")
def contributions(services: Services, look: Look) -> bytes:
    return block.contributions(services.trace(look))


@photo_view("head_matrix", on_demand=True)
def matrix(services: Services, look: Look, *, layer: int, head: int, which: Matrix) -> bytes:
    return block.matrix(head_matrix(services.check(look).model.blocks, layer, "attn", which, head))
