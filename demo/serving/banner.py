"""The lines that the program prints for its operator when it has started."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from demo.compute import heap, pass_threads
from demo.compute.store import ByteStore
from demo.page.host_addresses import ROOM_PAGE, in_container, named_page, room_pages

NO_TOOLS = "pip install 'gradio[mcp]' offers them the endpoints as tools (MCP)"
EVERYWHERE = ("0.0.0.0", "::", "[::]")


def banner(
    *,
    version: str,
    host: str,
    port: int,
    tools: bool,
    models: Mapping[str, int],
    stores: Mapping[str, ByteStore],
    devices: Mapping[str, int],
    fallbacks: Iterable[str],
) -> str:
    """The addresses of the page on this computer and on its network, what it offers, and how much memory it may take.

    Args:
        tools: whether assistants can call the endpoints.
        models: how many models of each kind are on this computer.
        stores: all stores.
        devices: how many models run on each device.
        fallbacks: sentences about models that do not run on the chosen device.
    """
    lines = [("Attention Microscope", version), *_addresses(host, port)]
    lines += [("for assistants", "MCP at gradio_api/mcp/ below these" if tools else NO_TOOLS)]
    lines += [("models here", ", ".join(f"{count} {kind}" for kind, count in models.items() if count))]
    held, most = (sum(amounts) / 1e9 for amounts in zip(*((s.nbytes, s.budget) for s in stores.values()), strict=True))
    lines += [("memory", f"{held:.1f} GB kept now, at most {most:.1f} GB kept beside the program itself")]
    if not heap.is_bounded():
        lines += [("", "no glibc here: what the C library keeps for later is not bounded, and comes on top of that")]
    running = [name for name, count in devices.items() if count]
    lines += [("device", ", ".join(f"cpu ({pass_threads.count()} threads)" if n == "cpu" else n for n in running))]
    lines += [("", sentence) for sentence in fallbacks]
    wide = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{wide}}  {what}" for name, what in lines) + "\n"


def _addresses(host: str, port: int) -> Iterator[tuple[str, str]]:
    here = "127.0.0.1" if host in EVERYWHERE else host
    yield "on this computer" if here.startswith("127.") or host in EVERYWHERE else "at", f"http://{here}:{port}/"
    if host not in EVERYWHERE:
        return
    room = room_pages(port)
    for page in room:
        yield "from the room", page
    if not room:
        yield "from the room", "no network was found"
    elif in_container() and not named_page():
        yield "", f"a container knows only its own address: {ROOM_PAGE}=http://... names the computer's"
