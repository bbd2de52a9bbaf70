"""Files and archives, read within :class:`~triage.feeds.limits.Limits`. Nothing is ever unpacked onto the disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from triage.feeds.feed import FeedError
from triage.feeds.limits import MB, Limits

WANTED = (".csv", ".json", ".jsonl", ".ndjson", ".txt", ".tsv")
ALONE = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".zip", ".gz")
"""Files that are a source of their own in a folder of unlike ones."""
_ABOUT = ("readme", "licen", "provenance", "attribution", "datapackage.json", ".")


def file(path: Path, limits: Limits) -> bytes:
    """A whole file."""
    try:
        size = path.stat().st_size
        if size > limits.body:
            raise too_large(path.name, limits.body)
        with path.open("rb") as opened:
            data = opened.read(limits.body + 1)
    except OSError as error:
        raise FeedError(f"{path} can't be read ({error.strerror or error}).") from error
    if len(data) > limits.body:
        raise too_large(path.name, limits.body)
    return data


def stem(name: str) -> str:
    """A file's name without its folders and the endings that say what it is."""
    short = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    while short[1:].lower().endswith((*WANTED, *ALONE)):
        short = short.rpartition(".")[0]
    return short or "import"


def listed(path: Path) -> list[Path]:
    """The tables and documents of a folder and of the folders in it, no deeper."""
    try:
        found = sorted((*path.iterdir(), *path.glob("*/*")))
        return [each for each in found if each.parent.name[:1] != "." and _wanted(each.name) and each.is_file()]
    except OSError as error:
        raise FeedError(f"{path} can't be read ({error.strerror or error}).") from error


def alone(path: Path) -> list[Path]:
    """The files of a folder that may be a source each; what is about them is left out."""
    try:
        files = sorted(each for each in path.iterdir() if each.is_file())
    except OSError as error:
        raise FeedError(f"{path} can't be read ({error.strerror or error}).") from error
    return [each for each in files if each.suffix.lower() in ALONE and not each.name.lower().startswith(_ABOUT)]


def folder(path: Path, limits: Limits) -> dict[str, bytes]:
    """The files of a folder by their names in it."""
    files = listed(path)
    if len(files) > limits.members:
        raise FeedError(f"{path} holds {len(files):,} files, and {limits.members:,} are the limit.")
    found: dict[str, bytes] = {}
    left = limits.package
    for each in files:
        found[each.relative_to(path).as_posix()] = data = file(each, limits)
        left -= len(data)
        if left < 0:
            raise too_large(str(path), limits.package)
    return found


def too_large(name: str, most: int) -> FeedError:
    """What a person reads about a file over the limit."""
    return FeedError(f"{name} holds more than {most / MB:.0f} MB, the limit for one file: --max-mb raises it.")


def members(data: bytes, name: str, limits: Limits) -> dict[str, bytes]:
    """The tables and documents in a zip; a bomb is refused before it grows."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = [i for i in archive.infolist() if not i.is_dir()]
            if any(i.filename == "[Content_Types].xml" for i in inside):
                raise FeedError(f"{name} is an Excel workbook. Save the sheet as CSV (UTF-8) and import that.")
            if len(inside) > limits.members:
                raise FeedError(f"{name} holds {len(inside):,} files, and {limits.members:,} are the limit.")
            return _read(archive, [i for i in inside if _wanted(i.filename)], name, limits)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise FeedError(f"{name} is a damaged or locked zip file ({error}).") from error


def _wanted(name: str) -> bool:
    stem = name.rpartition("/")[2]
    return stem.lower().endswith(WANTED) and not stem.startswith((".", "__")) and "__MACOSX" not in name


def _read(archive: zipfile.ZipFile, inside: list[zipfile.ZipInfo], name: str, limits: Limits) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = limits.package
    for info in inside:
        most = min(left, limits.body)
        grown = info.file_size > MB and info.file_size > limits.ratio * max(1, info.compress_size)
        if info.file_size > most or grown:
            raise bomb(f"{info.filename} in {name}")
        with archive.open(info) as opened:
            data = opened.read(most + 1)
        if len(data) > most:
            raise bomb(f"{info.filename} in {name}")
        found[info.filename] = data
        left -= len(data)
    return found


def bomb(name: str) -> FeedError:
    """What a person reads about a file that unpacks to far too much."""
    return FeedError(f"{name} unpacks to far more than it should: it was refused as a compressed bomb.")


class Inflating:
    """Gzip or deflate, taken apart piece by piece, never further than ``most`` bytes."""

    def __init__(self, name: str, most: int, ratio: int) -> None:
        self.name, self.most, self.ratio = name, most, ratio
        self._made, self._taken = 0, 0
        self._unpack = zlib.decompressobj(wbits=47)

    def feed(self, data: bytes) -> bytes:
        """The bytes that ``data`` unpacks to."""
        self._taken += len(data)
        try:
            out = self._unpack.decompress(data, self.most - self._made + 1)
        except zlib.error as error:
            raise FeedError(f"{self.name} is compressed, and damaged ({error}).") from error
        self._made += len(out)
        if self._made > self.most or (self._made > MB and self._made > self.ratio * self._taken):
            raise bomb(self.name)
        return out


def gunzip(data: bytes, name: str, limits: Limits) -> bytes:
    """A gzip file's content."""
    return Inflating(name, limits.body, limits.ratio).feed(data)
