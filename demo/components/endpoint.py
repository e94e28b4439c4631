"""Named endpoints for other programs; their arguments are checked against the function's signature first."""

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
    """An input that takes a JSON value unchanged; Gradio's own inputs would convert it."""

    is_template = True  # the browser, which never shows it, treats it as a gr.Textbox

    # Gradio tells clients about arguments with these names: value, the default, and label, the name.
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
    """A file of an answer, given as a path of one of our own routes; Gradio's own component would look for it on the
    disk.
    """

    is_template = True

    def postprocess(self, value: Any) -> Any:
        return value

    @staticmethod
    def as_json(path: str) -> dict[str, Any]:
        """A file's description as Gradio sends it to programs."""
        return FileData(path=path, url=FETCHED + encode_file_path(path), orig_name=name_of(path)).model_dump()


class Endpoints(gr.Blocks):
    """Gradio blocks whose named endpoints check their arguments before Gradio processes them, and answer without the
    disk.
    """

    _tools: Any = None

    @property
    def mcp_server_obj(self) -> Any:
        """Gradio's MCP server, which it sets before it serves."""
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
            AnswerFile.as_json(one) if isinstance(kind, AnswerFile) else one
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

    Its signature declares its parameters (demo.query.parameters), and from it follows what clients and tools are told.
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
    # The parameters of a tool are described by its docstring only, not by their schemas.
    described = "".join(f"    {name}: {description_of(schema)}\n" for name, schema in told.items())
    run.__doc__ = f"{inspect.getdoc(function)}\n\nArgs:\n{described}"
    gr.Button(function.__name__).click(run, inputs, answers, api_name=function.__name__)


def offered(blocks: gr.Blocks) -> dict[str, Any]:
    """The functions behind the named endpoints, by name; the `parameters` of each check its arguments."""
    return {str(fn.api_name): fn.fn for fn in blocks.fns.values() if hasattr(fn.fn, "parameters")}


async def misnamed(request: Request, error: Exception) -> JSONResponse:
    """The answer to a call with a missing or unknown endpoint or parameter."""
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
    """The answer to a malformed body. It does not repeat the body, parts of which may not be valid text."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"][:3])) or "body"
    return JSONResponse({"error": f"{where}: {first['msg']}"}, status_code=422)


# By the exceptions that Gradio's routes raise in that case.
MISNAMED: dict[type[Exception], Any] = {
    **dict.fromkeys((TypeError, KeyError, FnIndexInferError), misnamed),
    RequestValidationError: malformed,
}


@contextmanager
def told_to_programs() -> Iterator[None]:
    """Report errors that a program can fix as sentences that name the parameter."""
    try:
        yield
    except VisitorError as error:
        raise gr.Error(answer_for(error), print_exception=False) from error
