"""What several browser tests do on the screens for photos, and wait for there."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.browser import box_of, see_all

STATUS = ".rail-row .status"


def painted(page) -> None:
    """Wait until the heads of the Attention screen are painted."""
    page.wait_for_function(
        """() => [...document.querySelectorAll('#screen-attention .heads canvas.heat')].some((canvas) =>
             canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean))"""
    )


def complete(page) -> None:
    """Wait until everything that the heads of the Attention screen ever need for this look is here."""
    painted(page)
    page.wait_for_selector("#screen-attention [data-complete]")


def scrolled_through(page) -> None:
    """Scroll down the Attention screen until everything below the heads is here, too, and back."""
    complete(page)
    see_all(page)
    page.wait_for_selector("#screen-attention .attention-bottom[data-complete]")


def centre_of(page, row, col, rows=16, cols=16, within="#screen-attention .picker-surface") -> tuple[float, float]:
    """The middle of a patch, in CSS pixels of the window."""
    box = box_of(page.locator(within))
    return box["x"] + box["width"] * (col + 0.5) / cols, box["y"] + box["height"] * (row + 0.5) / rows


def upload(page, content: bytes, name="own.jpg", mime="image/jpeg") -> None:
    """Choose a file as the photo."""
    page.set_input_files("input[type=file]", {"name": name, "mimeType": mime, "buffer": content})


def paste(page, content: bytes, mime="image/png") -> None:
    """Paste a picture as the keys do."""
    page.evaluate(
        """([bytes, type]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], 'clip', { type }));
          document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }));
        }""",
        [list(content), mime],
    )


def until_status(page, text: str) -> None:
    """Wait until the line below the title says this."""
    expect(page.locator(STATUS)).to_contain_text(text)


def choose_example(page, name: str) -> None:
    """Choose a photo of the gallery by its name."""
    page.click("#input-strip [data-action=examples]")
    page.locator(".gallery button", has_text=name).first.click()


def until_photo(page, name: str) -> None:
    """Wait until this photo is on the page."""
    expect(page.locator(".photo-name")).to_contain_text(name)
