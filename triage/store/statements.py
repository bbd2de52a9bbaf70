"""What the record asks of a PostgreSQL server: plain SQL that engines with PostgreSQL's wire and dialect also take.

Events go in as arrays, so that one answer and a thousand calls are the same statement.
"""

from __future__ import annotations

KEEP = """
WITH given AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        WITH ORDINALITY AS given (id, call, ref, at, staff, kind, data, place)
), other AS (
    SELECT c.ref, c.owner FROM calls c
    WHERE %s <> '' AND c.id IN (SELECT call FROM given) AND c.owner NOT IN ('', %s)
), kept AS (
    INSERT INTO events (id, call, at, staff, kind, data, writer)
    SELECT id, call, at::timestamptz, staff, kind, data, %s FROM given
    WHERE NOT EXISTS (SELECT 1 FROM other) ORDER BY place
    ON CONFLICT (id) DO NOTHING
    RETURNING call
), known AS (
    INSERT INTO calls (id, ref) SELECT DISTINCT call, ref FROM given WHERE NOT EXISTS (SELECT 1 FROM other)
    ON CONFLICT (id) DO NOTHING
), stale AS (
    UPDATE calls SET summary = NULL WHERE id IN (SELECT call FROM kept) AND summary IS NOT NULL
)
SELECT ref, owner FROM other
"""
"""Keep events that aren't kept yet, unless somebody else has one of the calls: then who (reference, owner).

Arrays of ids, calls, references, instants, staff, kinds and data; the owner thought of twice (``''``: anybody); the
writing session."""

ADD = """
WITH live AS (
    SELECT id FROM calls WHERE id = %s AND summary IS NULL AND (%s = '' OR owner IN ('', %s))
), kept AS (
    INSERT INTO events (id, call, at, staff, kind, data, writer)
    SELECT %s, %s, %s::timestamptz, %s, %s, %s, %s WHERE EXISTS (SELECT 1 FROM live)
    ON CONFLICT (id) DO NOTHING
)
SELECT id FROM live
"""
"""Keep one event of a call that is going on and is this owner's, at a quarter of the cost of ``KEEP``. No row: it
isn't that, and nothing was kept."""

TOLD = "SELECT id, call, at, staff, kind, data FROM events WHERE call = ANY(%s) ORDER BY seq"
LOCK = "SELECT id FROM calls WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
"""Hold the lines of these calls until the end, so that two desks don't write them from two pasts."""
INDEX = """
UPDATE calls SET opened = given.opened, closed = given.closed, owner = given.owner, summary = given.summary
FROM (SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[]) AS told)
    AS given (id, opened, closed, owner, summary)
WHERE calls.id = given.id
"""

RELEASE = "DELETE FROM claims WHERE slot = %s AND call = %s"
HELD = """
SELECT key, slot, call, until FROM claims WHERE key = ANY(%s) OR (slot = %s AND call = %s) ORDER BY key FOR UPDATE
"""
CLAIM = """
INSERT INTO claims (key, slot, call, place, until, starts)
SELECT key, %s, %s, place, %s::timestamptz, %s::timestamptz
FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (key, place)
"""
CLAIMS = """
SELECT slot, call, key, until FROM claims
WHERE (until IS NULL OR until > %s) AND (starts IS NULL OR (starts >= %s AND starts < %s))
ORDER BY starts, slot, call, place
"""

FIND = "SELECT id FROM calls WHERE id = %s OR ref = %s ORDER BY (id = %s) DESC, opened DESC NULLS LAST LIMIT 1"
OPEN = """
SELECT id FROM calls WHERE opened IS NOT NULL AND closed IS NULL AND (%s = '' OR owner = %s)
ORDER BY opened DESC, id DESC
"""
PAGE = """
SELECT id, opened, closed, owner, summary FROM calls
WHERE opened >= %s AND opened < %s AND (opened, id) < (%s, %s)
ORDER BY opened DESC, id DESC LIMIT %s
"""
"""A page of the calls opened in a window, newest first, after (opened, id)."""
ALL = "SELECT id FROM calls WHERE id > %s ORDER BY id LIMIT %s"
LISTED = "SELECT id, opened, closed, owner, summary FROM calls WHERE id = ANY(%s)"

LOOK = "SELECT seq, writer <> %s FROM events WHERE seq > %s ORDER BY seq DESC LIMIT 1000"
COUNTS = """
SELECT (SELECT count(*) FROM calls WHERE opened IS NOT NULL),
       (SELECT count(*) FROM calls WHERE opened IS NOT NULL AND closed IS NULL),
       (SELECT count(*) FROM events),
       (SELECT count(*) FROM (SELECT DISTINCT slot, call FROM claims) AS taken),
       (SELECT at FROM events ORDER BY seq DESC LIMIT 1)
"""
"""Calls, open calls, events, claims, the newest event's instant."""
STRAY = "SELECT DISTINCT call FROM events WHERE NOT EXISTS (SELECT 1 FROM calls WHERE calls.id = events.call) LIMIT 20"
"""Calls with events and no line."""

NOTE = "SELECT audit_note(%s, %s, %s, %s, %s, %s, %s::jsonb)"
AUDIT = "SELECT seq, line, prev, hash FROM audit WHERE seq > %s ORDER BY seq LIMIT %s"
RECENT = "SELECT seq, line, prev, hash FROM audit WHERE seq < %s ORDER BY seq DESC LIMIT %s"
HEAD = "SELECT n, hash FROM audit_head"
TAKE_IN = """
INSERT INTO audit (seq, record, staff, event_seq, after, line, prev, hash)
SELECT n, record, staff, (SELECT e.seq FROM events e WHERE e.id = event), after, line, prev, hash
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS given (n, record, staff, event, after, line, prev, hash)
"""
ERASE = "SELECT erase_calls(%s, %s::text[], %s::text[], %s::text[], %s, %s)"
ERASED = "SELECT call, kind, opened, erased, certificate FROM erased ORDER BY call"
READS_AUDIT = "SELECT 1 WHERE NOT row_security_active('audit') OR NOT somebody() OR may('read all of the audit')"
