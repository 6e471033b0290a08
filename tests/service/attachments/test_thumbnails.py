"""Small pictures of pictures: made with the check, read by who may read the file, gone with the content."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from services.attachments.gateways.thumbnails import FORMATS, Shrinker
from tests.service.attachments import samples
from tests.service.attachments.world import Caller, Ticket, World, sha256

UPSIDE = 0x0112
"""The EXIF tag of how a camera was held."""


def picture(form: str, width: int = 800, height: int = 400, mode: str = "RGB") -> bytes:
    """A real picture, red at its left and blue at its right."""
    image = Image.new(mode, (width, height), "blue" if mode != "L" else 200)
    image.paste("red" if mode != "L" else 100, (0, 0, width // 2, height))
    out = io.BytesIO()
    exif = Image.Exif()
    exif[UPSIDE] = 6
    exif[0x010E] = "a secret place"
    image.save(out, form, **({"exif": exif} if form == "JPEG" else {}))
    return out.getvalue()


def small(content: bytes, kind: str, pixels: int = 120_000_000) -> bytes | None:
    """What is made of a content."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        return Shrinker(pixels).of(file, kind)


def opened(content: bytes | None) -> Image.Image:
    assert content is not None
    return Image.open(io.BytesIO(content), formats=["WEBP"])


def test_a_picture_has_a_small_one_for_who_may_read_it(
    world: World, ana: Caller, bruno: Caller, ticket: Ticket
) -> None:
    file = world.file(ana, ticket, "foto.png", picture("PNG"))
    assert (file["state"], file["has_thumbnail"]) == ("stored", True)
    path = f"/attachments/{file['id']}/thumbnail"
    for who in (ana, bruno):
        answer = who("GET", path)
        assert (answer.status_code, answer.content_type) == (200, "image/webp")
        assert opened(answer.data).size == (320, 160)
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert who("GET", path, If_None_Match=answer.headers["ETag"]).status_code == 304
    assert world.person("Eva Nunes")("GET", path).status_code == 404
    assert [f["has_thumbnail"] for f in bruno("GET", f"/tickets/{ticket.id}/attachments").json["items"]] == [True]


def test_an_internal_files_is_the_attendants_and_an_unchecked_ones_nobodys(
    world: World, ana: Caller, bruno: Caller, ticket: Ticket
) -> None:
    internal = world.file(bruno, ticket, "foto.png", picture("PNG"), internal=True)["id"]
    assert ana("GET", f"/attachments/{internal}/thumbnail").status_code == 404
    unchecked = world.send(ana, ticket, "foto.png", picture("PNG"))
    assert ana("GET", f"/attachments/{unchecked}/thumbnail").status_code == 409


def test_what_is_no_picture_or_cannot_be_decoded_has_none_and_is_stored(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    for name, content in (("a.pdf", samples.PDF), ("a.svg", samples.SVG), ("a.jpg", samples.jpeg())):
        file = world.file(ana, ticket, name, content)
        assert (file["state"], file["has_thumbnail"]) == ("stored", False), name
        assert ana("GET", f"/attachments/{file['id']}/thumbnail").status_code == 404


def test_it_is_stored_once_with_its_content_and_goes_with_it(world: World, ana: Caller, ticket: Ticket) -> None:
    content = picture("PNG")
    one, two = (world.file(ana, ticket, f"{n}.png", content) for n in range(2))
    world.tidy()
    digest = sha256(content)
    assert world.store.keys() == [f"files/{digest[:2]}/{digest}", f"thumbnails/{digest[:2]}/{digest}"]
    assert two["has_thumbnail"]
    world.sweep()
    assert world.verify().ok
    ana("DELETE", f"/attachments/{one['id']}", If_Match="*")
    world.tidy()
    assert ana("GET", f"/attachments/{two['id']}/thumbnail").status_code == 200
    ana("DELETE", f"/attachments/{two['id']}", If_Match="*")
    world.tidy()
    assert world.store.keys() == []


def test_verify_misses_one_that_is_lost_and_the_sweep_takes_one_that_no_row_names(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    content, other = picture("PNG"), sha256(samples.TEXT)
    world.file(ana, ticket, "foto.png", content)
    world.file(ana, ticket, "a.txt", samples.TEXT)
    world.tidy()
    stray = world.store.bucket / f"thumbnails/{other[:2]}/{other}"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"x")
    assert world.verify().orphans == [f"thumbnails/{other[:2]}/{other}"]
    world.sweep()
    assert world.verify().ok
    (world.store.bucket / f"thumbnails/{sha256(content)[:2]}/{sha256(content)}").unlink()
    assert world.verify().no_thumbnail == [sha256(content)]


@pytest.mark.parametrize("kind", FORMATS)
def test_one_is_made_of_each_kind(kind: str) -> None:
    assert opened(small(picture(FORMATS[kind]), kind)).width <= 320


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "CMYK"])
def test_one_is_made_of_each_way_of_colour(mode: str) -> None:
    form = "TIFF" if mode == "CMYK" else "PNG"
    source = Image.open(io.BytesIO(picture("PNG"))).convert(mode)
    out = io.BytesIO()
    source.save(out, form)
    assert opened(small(out.getvalue(), f"image/{form.lower()}")).size == (320, 160)


def test_it_stands_upright_and_says_nothing_of_the_camera_or_the_place() -> None:
    made = opened(small(picture("JPEG"), "image/jpeg"))
    assert made.size == (160, 320), "the camera was held upright"
    assert dict(made.getexif()) == {}
    assert "exif" not in made.info


def test_a_bomb_makes_nothing_and_costs_this_process_nothing() -> None:
    """A sound picture of 110 million pixels in 330 kB: within the house's bound, beyond the decoder's memory."""
    bomb = samples.blank(10_000, 11_000)
    before = _peak_kb()
    assert small(bomb, "image/png") is None
    assert small(samples.png(60_000, 60_000), "image/png") is None, "too many pixels"
    assert small(picture("PNG"), "image/png", pixels=100) is None
    assert small(samples.png(20_000, 5_000)[:-30], "image/png") is None, "cut off"
    assert _peak_kb() - before < 20_000


def test_a_content_is_decoded_as_what_it_was_found_to_be_and_as_nothing_else() -> None:
    assert small(picture("TIFF"), "image/png") is None
    assert small(picture("PNG"), "application/pdf") is None
    assert small(b"%!PS-Adobe-3.0 EPSF-3.0\n", "image/tiff") is None


def _peak_kb() -> int:
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
