-- The audit (PRIVACY A1-A6): a line for each event and each look, made by the server itself when a transaction ends, so
-- that no program can leave one out. Lines are chained by their hashes; nobody but this schema's owner could change one,
-- and then the chain shows it. What a line says is in triage/audit/lines.py, which reads and checks it.

SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE TABLE audit (
    seq       bigint PRIMARY KEY,       -- the line's number, from 1, without a gap
    record    text NOT NULL,
    staff     text NOT NULL,
    event_seq bigint,                   -- the event it is about, if it is about one
    after     text NOT NULL,            -- the record's hash after it
    line      text NOT NULL,            -- what it says, JSON
    prev      text NOT NULL,            -- the hash of the line before
    hash      text NOT NULL             -- SHA-256 over prev, a line break and line
);
CREATE INDEX audit_by_record ON audit (record, seq);

-- The head, in one row: whoever adds a line holds it until the end, so that there is one chain.
CREATE TABLE audit_head (one boolean PRIMARY KEY DEFAULT true CHECK (one), n bigint NOT NULL, hash text NOT NULL);
INSERT INTO audit_head (n, hash) VALUES (0, repeat('0', 64));

CREATE FUNCTION audit_append(
    at timestamptz, staff text, role text, action text, record text, reason text, what text, event text,
    before text, after text, more jsonb, event_seq bigint
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    number bigint;
    prev text;
    told text;
    digest text;
BEGIN
    UPDATE audit_head h SET n = h.n + 1 RETURNING h.n, h.hash INTO number, prev;
    told := jsonb_build_object(
        'n', number, 'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00',
        'local', to_char(at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD"T"HH24:MI:SS') || '+'
            || to_char((at AT TIME ZONE 'Europe/London') - (at AT TIME ZONE 'UTC'), 'HH24:MI'),
        'user', staff, 'role', role, 'desk', current_setting('application_name'), 'action', action, 'record', record,
        'reason', reason, 'what', what, 'event', event, 'before', before, 'after', after, 'more', more
    )::text;
    digest := encode(sha256(convert_to(prev || E'\n' || told, 'UTF8')), 'hex');
    INSERT INTO audit VALUES (number, record, staff, event_seq, after, told, prev, digest);
    UPDATE audit_head SET hash = digest;
END
$$;
REVOKE ALL ON FUNCTION audit_append FROM PUBLIC;

CREATE FUNCTION roles_of(wanted text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT coalesce((SELECT array_to_string(roles, ', ') FROM staff WHERE id = wanted), '')
$$;

-- Runs at the end of the transaction, event by event. Half-typed words have no line of their own: the next line of
-- their call covers them by its hash.
CREATE FUNCTION audit_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    told jsonb := '{}';
    done text;
    before text := '';
    last bigint := 0;
    rest text;
    look boolean;
BEGIN
    IF current_setting('triage.moving', true) = 'on'
        AND pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NULL;  -- moved in by the owner with the audit it came with
    END IF;
    SELECT a.after INTO before FROM audit a
    WHERE a.record = NEW.call AND a.event_seq IS NOT NULL ORDER BY a.seq DESC LIMIT 1;
    SELECT coalesce(max(a.event_seq), 0) INTO last FROM audit a WHERE a.record = NEW.call;
    SELECT string_agg(
        E'\n' || e.id || E'\n' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00'
            || E'\n' || e.staff || E'\n' || e.kind || E'\n' || e.data, '' ORDER BY e.seq
    ) INTO rest FROM events e
    WHERE e.call = NEW.call AND (e.seq = NEW.seq OR (e.kind = 'drafted' AND e.seq > last AND e.seq < NEW.seq));
    look := NEW.kind IN (
        'looked up', 'searched', 'viewed', 'broke glass', 'signed in', 'signed out', 'sign-in failed', 'handed'
    );
    IF look THEN
        BEGIN
            told := NEW.data::jsonb;
        EXCEPTION WHEN OTHERS THEN
            told := '{}';  -- a text with a zero in it is JSON and no jsonb
        END;
    END IF;
    done := CASE NEW.kind
        WHEN 'opened' THEN 'create' WHEN 'looked up' THEN 'search' WHEN 'searched' THEN 'search'
        WHEN 'viewed' THEN 'view' WHEN 'broke glass' THEN 'break-glass' WHEN 'signed in' THEN 'sign in'
        WHEN 'signed out' THEN 'sign out' WHEN 'sign-in failed' THEN 'failed sign-in'
        WHEN 'handed' THEN CASE told ->> 'channel' WHEN 'printed' THEN 'print' ELSE 'share' END
        ELSE 'change' END;
    PERFORM audit_append(
        NEW.at, NEW.staff, roles_of(NEW.staff), done, NEW.call,
        CASE WHEN look THEN coalesce(nullif(told ->> 'reason', ''), told ->> 'why', '') ELSE '' END,
        NEW.kind, NEW.id, coalesce(before, ''),
        left(encode(sha256(convert_to(coalesce(before, '') || rest, 'UTF8')), 'hex'), 32),
        CASE WHEN look THEN coalesce((
            SELECT jsonb_object_agg(key, value) FROM jsonb_each(told)
            WHERE key IN ('words', 'shown', 'found', 'calls', 'person', 'points', 'restricted', 'listings', 'channel', 'what')
        ), '{}'::jsonb) ELSE '{}'::jsonb END,
        NEW.seq
    );
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER events_audit AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind <> 'drafted') EXECUTE FUNCTION audit_event();

-- Something done that changes no call: in one's own name only.
CREATE FUNCTION audit_note(at timestamptz, staff text, role text, action text, record text, reason text, more jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF somebody() AND NOT staff = ANY (mine()) THEN
        RAISE insufficient_privilege USING MESSAGE = 'an audit line is in one''s own name only';
    END IF;
    PERFORM audit_append(
        at, staff, coalesce(nullif(roles_of(staff), ''), role), action, record, reason, '', '', '', '', more, NULL
    );
END
$$;

ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY;
-- Nobody reads what is kept about themselves, but those who read all of it (A4). Nobody has a right to write.
CREATE POLICY read_audit ON audit FOR SELECT USING (
    NOT (SELECT somebody())
    OR (SELECT may('read all of the audit'))
    OR ((SELECT may('read the audit of others')) AND staff <> ALL ((SELECT mine())::text[]))
);
CREATE POLICY read_head ON audit_head FOR SELECT USING (true);
