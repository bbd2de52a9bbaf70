"""What each source gives: ``python tests/bench/feeds.py [--reasons]``.

Reads ``data`` in ``$TRIAGE_SHARED`` or ``../shared`` and imports each source into a folder of its own that is thrown
away: records read, accepted and rejected with the reasons, how many have a telephone number, a postcode and times,
and seconds of CPU for reading, and for comparing and writing.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from triage.feeds.feed import slug
from triage.feeds.recognise import Asked, read, spread
from triage.library.snapshot import compare, land

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
    parser.add_argument("--reasons", action="store_true", help="why records were rejected, and every note")
    args = parser.parse_args()
    if not ROOT.is_dir():
        print(f"{ROOT} is not here: nothing to measure")
        return
    head = ("source", "as", "read", "accepted", "rejected", "care", "phone", "postcode", "times", "read s", "write s")
    print(("{:34} {:8}" + " {:>8}" * 9).format(*head))
    with tempfile.TemporaryDirectory() as folder:
        for source in (each for name in SOURCES for each in spread(str(ROOT / name))):
            _measure(source, Path(folder), args.reasons)


def _measure(source: str, folder: Path, reasons: bool) -> None:
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


if __name__ == "__main__":
    main()
