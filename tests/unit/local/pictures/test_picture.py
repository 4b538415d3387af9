import struct
import tempfile
import zlib
from pathlib import Path

import pytest

from local.pictures import Picture, Shot, take_picture
from local.pictures.browsers import NoBrowserError
from tests.unit.local.pictures.conftest import PAGE

RED, BLUE = b"\xff\x00\x00", b"\x00\x00\xff"


def png_size(path: Path) -> tuple[int, int]:
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def first_row(path: Path) -> bytes:
    """The first pixel of the picture: nothing stands before it, so every filter leaves it as it is."""
    data, position, packed = path.read_bytes(), 8, b""
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        packed += data[position + 8 : position + 8 + length] if kind == b"IDAT" else b""
        position += 12 + length
    return zlib.decompress(packed)[1:4]


def no_browser() -> Path:
    raise NoBrowserError("no browser here")


def program(directory: Path, script: str) -> Path:
    path = directory / "browser"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def own_temporary_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the browser's profile goes: it must be gone afterwards."""
    directory = tmp_path / "temporary"
    directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    return directory


@pytest.mark.usefixtures("installed_browser")
def test_a_picture_of_the_size_asked_for(page: str, tmp_path: Path, own_temporary_directory: Path) -> None:
    target = tmp_path / "build" / "page.png"
    picture = take_picture(page, target, Shot(320, 200))
    assert str(picture) == str(target)
    assert png_size(target) == (320, 200)
    assert first_row(target) == RED
    assert list(own_temporary_directory.iterdir()) == []


@pytest.mark.usefixtures("installed_browser")
def test_a_picture_as_high_as_the_page(page: str, tmp_path: Path) -> None:
    take_picture(page, tmp_path / "page.png", Shot(320, 200, fit=True))
    assert png_size(tmp_path / "page.png") == (320, 1000)


@pytest.mark.usefixtures("installed_browser")
def test_a_picture_of_one_element_of_a_page_is_as_large_as_that(page: str, tmp_path: Path) -> None:
    take_picture(page, tmp_path / "page.png", Shot(320, 200, fit=True, of="div:last-child"))
    assert png_size(tmp_path / "page.png") == (320, 900)
    assert first_row(tmp_path / "page.png") == BLUE
    missing = take_picture(page, tmp_path / "none.png", Shot(320, 200, of="table"))
    assert missing.reason == "the page has no table"


@pytest.mark.usefixtures("installed_browser")
def test_a_page_that_does_not_open(tmp_path: Path) -> None:
    picture = take_picture("http://127.0.0.1:9/", tmp_path / "page.png", Shot(320, 200))
    assert picture.path is None
    assert picture.html is None
    assert "does not open" in picture.reason
    assert not (tmp_path / "page.png").exists()


def test_without_a_browser_the_page_is_saved(page: str, tmp_path: Path) -> None:
    picture = take_picture(page, tmp_path / "page.png", Shot(320, 200), find=no_browser)
    assert picture == Picture(None, "no browser here", tmp_path / "page.html")
    assert str(picture) == f"no picture: no browser here; the page is in {tmp_path / 'page.html'}"
    assert (tmp_path / "page.html").read_bytes() == PAGE


def test_a_browser_that_does_not_start_says_why(page: str, tmp_path: Path) -> None:
    broken = program(tmp_path, "echo 'libnss3.so: no such file' >&2; exit 127")
    picture = take_picture(page, tmp_path / "page.png", Shot(320, 200), find=lambda: broken)
    assert picture.reason == "the browser has ended: libnss3.so: no such file"


def test_a_browser_that_hangs_is_ended_with_its_children(
    page: str, tmp_path: Path, own_temporary_directory: Path
) -> None:
    # Its child keeps the pipe open: reading ends only when both are gone.
    hanging = program(tmp_path, "sleep 600 & sleep 600")
    picture = take_picture(page, tmp_path / "page.png", Shot(320, 200), find=lambda: hanging, seconds=0.2)
    assert picture.reason == "it took longer than 0.2 s"
    assert list(own_temporary_directory.iterdir()) == []
