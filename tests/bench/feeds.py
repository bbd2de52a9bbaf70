"""What each source gives: ``python tests/bench/feeds.py [--reasons] [--round]``.

Reads ``data`` in ``$TRIAGE_SHARED`` or ``../shared`` and imports each source into a folder of its own that is thrown
away: records read, accepted and rejected with the reasons, how many have a telephone number, a postcode and times,
and seconds of CPU for reading, and for comparing and writing. ``--round`` exports each as a feed in one file and reads
that back: the fields that came back otherwise, with how many listings.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from triage.directory.export import exported, page, services
from triage.feeds.feed import Feed, slug
from triage.feeds.recognise import Asked, read, spread
from triage.library.directory import load_directory
from triage.library.snapshot import compare, land
from triage.model import Listing

ROOT = Path(os.environ.get("TRIAGE_SHARED", Path(__file__).parents[3] / "shared")) / "data"
SOURCES = (
    "oruk-v1-feeds/bristol.json",
    "miami-211/datapackage-1566177582.zip",
    "ohana-sample-csv",
    "outpost-import-csv/services--with-sample-data.csv",
    "examples-hsds-3.0/csv",
    "examples-oruk-v3/uk-profile/service_full.json",
    "search/dev_listings.jsonl",
    "trafford-open-data",
    "nhs-choices-2014/GP.csv",
    "nhs-choices-2014/GPPractices.csv",
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--round", action="store_true", help="export each, read it back, and compare every field")
    parser.add_argument("--reasons", action="store_true", help="why records were rejected, and every note")
    args = parser.parse_args()
    if not ROOT.is_dir():
        print(f"{ROOT} is not here: nothing to measure")
        return
    head = ("source", "as", "read", "accepted", "rejected", "care", "phone", "postcode", "times", "read s", "write s")
    print(("{:34} {:8}" + " {:>8}" * 9).format(*head))
    with tempfile.TemporaryDirectory() as folder:
        for source in (each for name in SOURCES for each in spread(str(ROOT / name))):
            feed = _measure(source, Path(folder), args.reasons)
            if args.round:
                print(f"    {_round(feed.listings, Path(folder) / 'round.json')}")
        if args.round:
            print(f"shipped {_round(load_directory().listings, Path(folder) / 'round.json')}")


def _round(listings: Sequence[Listing], path: Path) -> str:
    """What an exported feed gives when it is read back."""
    out = exported(listings)
    path.write_text(json.dumps(page(services(out))), encoding="utf-8")
    back = read(str(path), Asked(today=datetime.now(UTC).date())).listings
    if len(out) != len(back):
        return f"round: {len(out):,} went out and {len(back):,} came back"
    told = [f.name for f in fields(Listing) if f.name not in ("id", "source")]
    wrong = Counter(
        n
        for was, now in zip(out, back, strict=True)
        for n in told
        if getattr(was, n) != getattr(now, n) and (n != "source_id" or was.source_id)
    )
    return f"round: {len(out):,} out and back, changed: {dict(wrong) or 'nothing'}"


def _measure(source: str, folder: Path, reasons: bool) -> Feed:
    started = time.process_time()
    feed = read(source, Asked(today=datetime.now(UTC).date()))
    middle = time.process_time()
    landing = compare(folder, slug(feed.name), feed.listings, whole=feed.whole, unread=feed.seen)
    land(folder, landing, datetime.now(UTC))
    ended = time.process_time()
    has = Counter(k for each in feed.listings for k in ("phone", "postcode", "schedules") if getattr(each, k))
    care = sum(each.kind == "care" for each in feed.listings)
    counts = (feed.read, len(feed.listings), len(feed.rejected), care, has["phone"], has["postcode"], has["schedules"])
    print(
        f"{feed.name[:34]:34} {feed.form[:8]:8}"
        + "".join(f" {count:8,}" for count in counts)
        + f" {middle - started:8.2f} {ended - middle:8.2f}"
    )
    why = Counter(re.sub(r"stands at .*?, line \d+", "stands elsewhere", each.why) for each in feed.rejected)
    if reasons:
        for words, many in why.most_common():
            print(f"    {many:6,}  {words}")
        for note in feed.notes:
            print(f"    note: {note.where}: {note.why}")
    return feed


if __name__ == "__main__":
    main()
