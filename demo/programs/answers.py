"""Error messages for programs: the parameter, what it takes, and what was wrong.

The page has its own sentences (demo/text/*/errors.md), which tell a visitor what to press.
"""

from __future__ import annotations

from demo.errors import VisitorError
from demo.photo import picture_file
from demo.query.parameters import ParameterError
from vit_core.checkpoints.errors import ERRORS

PICTURE = (
    f"an uploaded picture file ({', '.join(picture_file.FORMATS)}) of at most {picture_file.MAX_BYTES // 1_000_000} MB "
    "(no address is fetched)"
)
# Errors in values of the right type, by the code of the page's sentence: the parameter and the message.
_WRONG = {
    "photo_empty": "image takes {picture}: this file is empty",
    "photo_too_large": "image takes {picture}: this file is larger than {limit} MB",
    "photo_too_many_pixels": "image takes {picture}: this one has more than {limit} million pixels",
    "photo_svg": "image takes {picture}: this is an SVG drawing",
    "photo_not_a_picture": "image takes {picture}: this file is not a picture of these kinds",
    "photo_damaged": "image takes {picture}: this one is damaged or cut off",
    "photo_gone": "image names a picture that is not here: never sent, or gone to make room for others; send it again",
    "sentence_empty": "text takes a sentence: in this one there is nothing to translate",
    "sentence_too_long": "text takes a sentence of at most {limit} characters; this one has {found}",
    "sentence_too_many_tokens": "text takes a sentence of at most {limit} tokens of the model's; this one has {found}",
    "size_unknown": "size takes one of {sizes}, not {size}",
    "model_unknown": "model takes the name of a model that is offered, not {name}",
}


def answer_for(error: VisitorError) -> str:
    """The message for a program about an error."""
    if isinstance(error, ParameterError):
        return error.sentence
    kind, _, code = error.code.partition("_")
    if kind == "checkpoint":
        return f"model: {ERRORS[code].format(**error.params)}"
    words = _WRONG.get(error.code, "{code}: the server could not answer")
    return words.format(picture=PICTURE, code=error.code, **error.params)
