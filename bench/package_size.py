"""The size of what is uploaded, and how much of it is bytecode: ``python -m bench.package_size``."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bench.functions import BUILD
from bench.timing import table

HEADER = ("package", "files", "unzipped, MB", "zipped, MB", "bytecode, MB", "modules without bytecode")
MEGABYTE = 1_000_000


def rows() -> Iterator[list[object]]:
    """A row for each package of ``sam build``."""
    for package in sorted(path for path in BUILD.iterdir() if path.is_dir()):
        yield [f"`{package.name}`", *_sizes(package)]


def _sizes(package: Path) -> list[object]:
    files = [path for path in sorted(package.rglob("*")) if path.is_file()]
    compiled = [path for path in files if path.suffix == ".pyc"]
    modules = {path.parent.parent / f"{path.name.partition('.')[0]}.py" for path in compiled}
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(package))
    sizes = (_megabytes(files), zipped.tell() / MEGABYTE, _megabytes(compiled))
    bare = sum(path.suffix == ".py" and path not in modules for path in files)
    return [len(files), *(f"{size:.2f}" for size in sizes), bare]


def _megabytes(files: list[Path]) -> float:
    return sum(path.stat().st_size for path in files) / MEGABYTE


def main() -> None:
    """Print the table."""
    print(table(HEADER, rows()))


if __name__ == "__main__":
    main()
