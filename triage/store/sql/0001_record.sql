-- The record. Events are only ever added; calls is what follows from them, kept to list calls quickly.
-- Plain tables, unique keys and transactions: nothing here needs a trigger, a function or an extension.

CREATE TABLE events (
    seq    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id     text NOT NULL UNIQUE,        -- made by the desk, so that a repeat is known
    call   text NOT NULL,
    at     timestamptz NOT NULL,        -- by the desk's clock
    staff  text NOT NULL,
    kind   text NOT NULL,
    data   text NOT NULL,               -- JSON as the desk wrote it, to the byte
    writer text NOT NULL,               -- which desk's connection
    saved  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_by_call ON events (call, seq);

CREATE TABLE calls (
    id      text PRIMARY KEY,
    ref     text NOT NULL,              -- the reference read out to callers
    opened  timestamptz,                -- empty for a booking made without a call
    closed  timestamptz,
    owner   text NOT NULL DEFAULT '',
    summary text                        -- the line of a closed call, JSON; empty: read it off the events
);
CREATE INDEX calls_by_ref ON calls (ref);
CREATE INDEX calls_by_opened ON calls (opened, id);
CREATE INDEX calls_still_open ON calls (opened) WHERE closed IS NULL AND opened IS NOT NULL;

CREATE TABLE claims (
    key    text PRIMARY KEY,            -- a quarter of an hour of somebody: never two calls'
    slot   text NOT NULL,
    call   text NOT NULL,
    place  integer NOT NULL,            -- which of the slot's keys this is
    until  timestamptz,                 -- when a hold runs out; empty for a booking
    starts timestamptz                  -- when the slot starts, if its name says so
);
CREATE INDEX claims_by_slot ON claims (slot, call);
CREATE INDEX claims_by_start ON claims (starts);
