-- Erasure (PRIVACY P15): only what two different people signed for, never what a legal hold stops, leaving a tombstone.
-- Deleting a row is no right of any desk: this function does it, and asks first.

SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE TABLE erased (
    call        text PRIMARY KEY,
    kind        text NOT NULL,          -- the class of record
    opened      text NOT NULL,
    erased      text NOT NULL,
    certificate text NOT NULL
);
CREATE INDEX events_holds ON events (call, seq) WHERE kind IN ('hold set', 'hold lifted');

CREATE FUNCTION erase_calls(proposal text, given text[], kinds text[], opened text[], day text, certificate text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    there bigint;
BEGIN
    IF NOT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = 'events'::regclass), 'USAGE') THEN
        IF NOT may('see to data rights') THEN
            RAISE insufficient_privilege USING MESSAGE = 'erasing is for information governance';
        END IF;
    END IF;
    IF proposal <> '' OR NOT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = 'events'::regclass), 'USAGE')
    THEN
        IF (SELECT count(DISTINCT e.staff) FROM events e WHERE e.call = 'disposals'
            AND (e.id = proposal OR (e.kind = 'disposal signed' AND e.data::jsonb ->> 'proposal' = proposal))) < 2 THEN
            RAISE insufficient_privilege USING MESSAGE = 'two different people must have signed';
        END IF;
        IF NOT given <@ (SELECT coalesce(array_agg(item ->> 0), '{}') FROM events e,
            jsonb_array_elements(e.data::jsonb -> 'items') item WHERE e.id = proposal AND e.kind = 'disposal proposed') THEN
            RAISE insufficient_privilege USING MESSAGE = 'a call is not among those that were signed for';
        END IF;
        IF EXISTS (
            SELECT 1 FROM (SELECT DISTINCT ON (e.call) e.kind FROM events e
                WHERE e.call = ANY (given) AND e.kind IN ('hold set', 'hold lifted') ORDER BY e.call, e.seq DESC) last
            WHERE last.kind = 'hold set'
        ) THEN
            RAISE insufficient_privilege USING MESSAGE = 'a legal hold stops it';
        END IF;
    END IF;
    INSERT INTO erased SELECT g.call, g.kind, g.day, erase_calls.day, erase_calls.certificate
        FROM unnest(given, kinds, opened) AS g (call, kind, day) ON CONFLICT DO NOTHING;
    DELETE FROM claims c WHERE c.call = ANY (given);
    DELETE FROM events e WHERE e.call = ANY (given);
    DELETE FROM calls c WHERE c.id = ANY (given);
    GET DIAGNOSTICS there = ROW_COUNT;
    RETURN there;
END
$$;
ALTER TABLE erased ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_erased ON erased FOR SELECT USING (true);
