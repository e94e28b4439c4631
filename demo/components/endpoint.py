"""Named endpoints for other programs: what a function's signature declares is checked before anything else happens."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import gradio as gr
from fastapi.exceptions import RequestValidationError
from gradio.data_classes import FileData
from gradio.route_utils import FnIndexInferError
from gradio_client.utils import encode_file_path
from starlette.requests import Request
from starlette.responses import JSONResponse

from demo.errors import VisitorError
from demo.programs.answer_files import FETCHED, name_of
from demo.programs.answers import answer_for
from demo.programs.tools import refusing_in_our_words, say_nothing_of_what_was_sent, whole_and_shallow
from demo.query.parameters import ParameterError, check, declared, description_of, parameters_of, schemas


class RawValue(gr.Textbox):
    """One value as a program sends it; Gradio's own inputs would make a text or a whole number of anything."""

    is_template = True  # for the browser, which never shows it, it is the gr.Textbox that it derives from

    # Gradio tells clients of what its own inputs are called here: value, the default, and label, the name.
    def __init__(self, value: Any, label: str, schema: dict[str, Any]) -> None:
        self._schema = {**schema, "description": description_of(schema)}
        super().__init__(value, label=label)

    def preprocess(self, payload: Any) -> Any:
        return payload

    def postprocess(self, value: Any) -> Any:
        return value

    def api_info(self) -> dict[str, Any]:
        return self._schema

    def example_payload(self) -> Any:
        return self.value

    def example_value(self) -> Any:
        return self.value


class AnswerFile(gr.File):
    """A file of an answer, told by a path that a route of our own answers; Gradio's own would look for it on a disk."""

    is_template = True

    def postprocess(self, value: Any) -> Any:
        return value

    @staticmethod
    def told(path: str) -> dict[str, Any]:
        """A file as Gradio tells programs of it."""
        return FileData(path=path, url=FETCHED + encode_file_path(path), orig_name=name_of(path)).model_dump()


class Endpoints(gr.Blocks):
    """Blocks that check what their named endpoints are sent before Gradio touches it, and answer without a disk."""

    _tools: Any = None

    @property
    def mcp_server_obj(self) -> Any:
        """Gradio's server of tools, once it has made one: it sets this before it serves."""
        return self._tools

    @mcp_server_obj.setter
    def mcp_server_obj(self, made: Any) -> None:
        if made is not None:
            refusing_in_our_words(made.mcp_server, offered(self))
            made.handle_streamable_http = whole_and_shallow(made.handle_streamable_http)
            say_nothing_of_what_was_sent()
        self._tools = made

    async def postprocess_data(self, block_fn: Any, *given: Any, **options: Any) -> list[Any]:
        answers = await super().postprocess_data(block_fn, *given, **options)
        kinds = block_fn.outputs
        return [
            AnswerFile.told(one) if isinstance(kind, AnswerFile) else one
            for kind, one in zip(kinds, answers, strict=True)
        ]

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any, **options: Any) -> list[Any]:
        parameters = getattr(block_fn.fn, "parameters", None)
        if parameters is None:
            return await super().preprocess_data(block_fn, inputs, *rest, **options)
        with told_to_programs():
            if len(inputs) > len(parameters.model_fields):
                names = ", ".join(parameters.model_fields)
                raise ParameterError("data", f"at most {len(parameters.model_fields)} values ({names})", len(inputs))
            values = check(parameters, dict(zip(parameters.model_fields, inputs, strict=False)))
            return await super().preprocess_data(block_fn, [value for _, value in values], *rest, **options)


def endpoint(function: Callable[..., Any], answers: gr.components.Component) -> None:
    """Offer a function to other programs under its own name.

    Its signature declares what it takes (demo.query.parameters), and what clients and tools are told of that.
    """
    fields = parameters_of(function, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = declared(function.__name__, fields)
    told = schemas(parameters)
    inputs = [RawValue(schema.get("default"), name, schema) for name, schema in told.items()]

    @wraps(function)
    def run(*values: Any) -> Any:
        with told_to_programs():
            return function(*values)

    run.parameters = parameters  # type: ignore[attr-defined]
    # A tool's parameters are described by its docstring alone, whatever their schemas say.
    described = "".join(f"    {name}: {description_of(schema)}\n" for name, schema in told.items())
    run.__doc__ = f"{inspect.getdoc(function)}\n\nArgs:\n{described}"
    gr.Button(function.__name__).click(run, inputs, answers, api_name=function.__name__)


def offered(blocks: gr.Blocks) -> dict[str, Any]:
    """The functions behind the named endpoints, by name; `parameters` of each checks what it is sent."""
    return {str(fn.api_name): fn.fn for fn in blocks.fns.values() if hasattr(fn.fn, "parameters")}


async def misnamed(request: Request, error: Exception) -> JSONResponse:
    """What a call is answered where Gradio finds an endpoint's name or number, or a parameter's, missing or unknown."""
    blocks, name = request.app.get_blocks(), request.path_params.get("api_name")
    known = offered(blocks)
    if request.method != "POST":
        raise error
    try:
        asked = await request.json()
        if name is None and asked.get("fn_index") not in blocks.fns:
            raise ParameterError("fn_index", "the number of an endpoint, as /config tells it", asked.get("fn_index"))
        if name is None:
            raise error
        if name not in known:
            raise ParameterError("api_name", f"one of {', '.join(known)}", name)
        check(known[name].parameters, asked)
    except ParameterError as refused:
        return JSONResponse({"error": refused.sentence}, status_code=422)
    raise error


async def malformed(_: Request, error: Exception) -> JSONResponse:
    """What is answered to a body of another shape; it is not repeated: not all that can be sent can be written."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"][:3])) or "body"
    return JSONResponse({"error": f"{where}: {first['msg']}"}, status_code=422)


# By the exceptions with which Gradio's routes end then.
MISNAMED: dict[type[Exception], Any] = {
    **dict.fromkeys((TypeError, KeyError, FnIndexInferError), misnamed),
    RequestValidationError: malformed,
}


@contextmanager
def told_to_programs() -> Iterator[None]:
    """Whatever a program can do something about reaches it as a sentence that names the parameter."""
    try:
        yield
    except VisitorError as error:
        raise gr.Error(answer_for(error), print_exception=False) from error
