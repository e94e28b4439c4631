"""Decode a translation token by token: immutable states, and strategies that lead from one to the next.

state = start(model, model.tokenizer.encode("Der Hund schläft."))
state = step(model, state, Greedy())
state.step.top(5)   # the five most probable tokens of the step
state = step(model, state.back, Forced((word,)))   # what if?
"""

from vit_core.decoding.beam import Beam, LengthRule, length_norm, length_rule
from vit_core.decoding.settings import GenerationConfig
from vit_core.decoding.state import Candidate, DecodeState, Hypothesis, StepTrace
from vit_core.decoding.stepper import start, step
from vit_core.decoding.strategies import Forced, Greedy, Sample, Strategy
from vit_core.decoding.tree import BeamNode, BeamTree, Judged, beam_tree

__all__ = [
    "Beam",
    "BeamNode",
    "BeamTree",
    "Candidate",
    "DecodeState",
    "Forced",
    "GenerationConfig",
    "Greedy",
    "Hypothesis",
    "Judged",
    "LengthRule",
    "Sample",
    "StepTrace",
    "Strategy",
    "beam_tree",
    "length_norm",
    "length_rule",
    "start",
    "step",
]
