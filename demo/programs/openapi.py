"""Build the OpenAPI document of the page's own routes and the named endpoints from their declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from demo import __version__
from demo.compute.request_threads import STATUS
from demo.programs import uploads
from demo.query.asked import JSON, Asked, Case, about
from demo.query.parameters import description_of, schemas
from demo.serving.open_routes import OPENAPI

Schema = dict[str, Any]

REFUSAL: Schema = {
    "type": "object",
    "description": "error: the code of what is wrong; params: what it names, as parameter, takes and found.",
    "properties": {"error": {"type": "string"}, "params": {"type": "object"}},
    "required": ["error", "params"],
}
SENTENCE: Schema = {
    "type": "object",
    "description": "error: a sentence that names the parameter and what it takes.",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
}
EVENT: Schema = {"type": "object", "properties": {"event_id": {"type": "string"}}, "required": ["event_id"]}
STREAM = (
    "A stream of server-sent events. The last one is `complete`, whose data is a list with the answer, or `error`, "
    "whose data says in a sentence which parameter takes what."
)
# The answer when a rate limit is exceeded (demo/serving/limits.py).
RETRY = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}}


def openapi_route(own: Mount, endpoints_of: Callable[[Any], Mapping[str, Any]]) -> Route:
    """The route of the document, for the routes of a mount and the endpoints of the requested app.

    Args:
        endpoints_of: the functions behind the named endpoints of an app, each with the `parameters` that it takes.
    """

    async def openapi(request: Request) -> JSONResponse:
        return JSONResponse(document(own, endpoints_of(request.app)))

    return Route(OPENAPI, openapi)


def document(own: Mount, endpoints: Mapping[str, Any]) -> Schema:
    """Build the document: all routes and endpoints with their parameters and ranges."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Attention Microscope", "version": __version__, "description": _ABOUT},
        "paths": {**dict(_own_paths(own)), uploads.PATH: {"post": _UPLOAD}, **dict(_endpoint_paths(endpoints))},
    }


_ABOUT = (
    "Numbers of vision transformers and translators. The views answer with gzipped safetensors. docs/endpoints.md has "
    "worked examples, and says what a version promises."
)
_UPLOAD: Schema = {
    "operationId": "upload",
    "summary": "Send picture files. They are decoded at once, kept as pixels in memory, and never written to a disk.",
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": uploads.MOST_FILES,
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                    "required": ["files"],
                }
            }
        },
    },
}


def _answer(about: str, media: str, schema: Schema, **more: Any) -> Schema:
    return {"description": about, "content": {media: {"schema": schema}}, **more}


_UPLOAD["responses"] = {
    "200": _answer("Its token for every file.", JSON, {"type": "array", "items": {"type": "string"}}),
    "400": _answer("No files.", JSON, SENTENCE),
    "413": _answer("Too large.", JSON, SENTENCE),
    "429": _answer("Too much at once.", JSON, REFUSAL, headers=RETRY),
}


def _own_paths(own: Mount) -> Iterator[tuple[str, Schema]]:
    for route in own.routes:
        told: Asked | None = getattr(getattr(route, "endpoint", None), "asked", None)
        if not isinstance(route, Route) or told is None:
            continue
        method = "post" if "POST" in (route.methods or ()) else "get"
        for name, case in told.cases.items():
            path = own.path + (route.path.rpartition("/")[0] + f"/{name}" if name else route.path)
            yield path, {method: _operation(path, told, case)}


def _operation(path: str, told: Asked, case: Case) -> Schema:
    body = {"requestBody": {"required": True, "content": {told.takes: {"schema": {}}}}} if told.takes else {}
    refusals = {
        str(status): _answer("Refused.", JSON, REFUSAL, **({"headers": RETRY} if status == STATUS["too_many"] else {}))
        for status in sorted({400, *STATUS.values()})
    }
    return {
        "operationId": path.strip("/").replace("/", "_"),
        "summary": case.about,
        "parameters": [one for model in case.parameters for one in _parameters(model)],
        **body,
        "responses": {
            "200": {"description": case.about, "content": {one: {"schema": {}} for one in told.answers}},
            **refusals,
        },
    }


def _parameters(model: type[BaseModel]) -> Iterator[Schema]:
    for name, schema in schemas(model).items():
        several = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
        yield {
            "name": name,
            "in": "query",
            "required": "default" not in schema,
            "schema": _plain(schema),
            **_described(schema),
            **several,
        }


def _endpoint_paths(endpoints: Mapping[str, Any]) -> Iterator[tuple[str, Schema]]:
    for name, function in endpoints.items():
        said = schemas(function.parameters)
        body = {
            "type": "object",
            "properties": {one: {**_plain(schema), **_described(schema)} for one, schema in said.items()},
            "required": [one for one, schema in said.items() if "default" not in schema],
            "additionalProperties": False,
        }
        yield (
            f"/gradio_api/call/v2/{name}",
            {
                "post": {
                    "operationId": name,
                    "summary": about(function),
                    "requestBody": {"required": True, "content": {JSON: {"schema": body}}},
                    "responses": {
                        "200": _answer("The number by which the answer is fetched.", JSON, EVENT),
                        "422": _answer("A name that is missing or unknown.", JSON, SENTENCE),
                        "429": _answer("Too much at once.", JSON, REFUSAL, headers=RETRY),
                    },
                }
            },
        )
        number = {"name": "event_id", "in": "path", "required": True, "schema": {"type": "string"}}
        yield (
            f"/gradio_api/call/{name}/{{event_id}}",
            {
                "get": {
                    "operationId": f"{name}_answer",
                    "summary": f"The answer of {name}.",
                    "parameters": [number],
                    "responses": {
                        "200": _answer(STREAM, "text/event-stream", {"type": "string"}),
                        "404": _answer("No call that waits for its answer to be fetched.", JSON, SENTENCE),
                    },
                }
            },
        )


def _plain(schema: Mapping[str, Any]) -> Schema:
    """A schema without its descriptions."""
    return {key: value for key, value in schema.items() if key not in ("description", "takes")}


def _described(schema: Mapping[str, Any]) -> Schema:
    words = description_of(schema)
    return {"description": words} if words else {}
