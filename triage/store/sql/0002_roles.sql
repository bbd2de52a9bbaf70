-- Who may read and write what, kept to by the server itself (row-level security), login by login.
-- An empty staff table is a record where roles were not given out yet: then everything is as before.
-- rights and kinds are copies of the program's own table (triage/staff/roles.py), made by whoever owns these tables.
-- Whoever owns them, and every superuser, is above all this: keep that account for upkeep.

-- What follows names things of this schema only, and never a temporary table somebody made under the same name.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE TABLE staff (
    id      text PRIMARY KEY,
    name    text NOT NULL,
    roles   text[] NOT NULL DEFAULT '{}',
    login   text NOT NULL,              -- the account on this server; several people may share one, each with a PIN
    pin     text NOT NULL DEFAULT '',   -- a salted hash
    left_on date                        -- from then on the login may nothing
);
CREATE INDEX staff_by_login ON staff (login);

CREATE TABLE rights (role text, action text, PRIMARY KEY (role, action));
CREATE TABLE kinds (action text, does text, kind text, PRIMARY KEY (action, does, kind));

ALTER TABLE calls ADD COLUMN restricted boolean NOT NULL DEFAULT false;
CREATE INDEX calls_restricted ON calls (id) WHERE restricted;
CREATE INDEX events_glass ON events (staff, saved) WHERE kind = 'broke glass';

CREATE FUNCTION somebody() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT EXISTS (SELECT 1 FROM staff)
$$;

CREATE FUNCTION mine() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT array_append(coalesce(array_agg(id), '{}'), session_user::text) FROM staff
    WHERE login = session_user AND left_on IS NULL
$$;

CREATE FUNCTION may(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT EXISTS (
        SELECT 1 FROM staff s JOIN rights r ON r.role = ANY (s.roles)
        WHERE s.login = session_user AND s.left_on IS NULL AND r.action = wanted
    )
$$;

-- The kinds of event this login may write (write) or read (read; * is all of a call).
CREATE FUNCTION granted(wanted text) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT coalesce(array_agg(DISTINCT k.kind), '{}') FROM kinds k
    WHERE k.does = wanted AND (
        k.action IN (
            SELECT r.action FROM staff s JOIN rights r ON r.role = ANY (s.roles)
            WHERE s.login = session_user AND s.left_on IS NULL
        )
        OR (k.kind = 'sign-in failed' AND wanted = 'write')
    )
$$;

CREATE FUNCTION audit() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT coalesce(array_agg(kind), '{}') FROM kinds WHERE does = 'audit'
$$;

-- The restricted calls this login may not see: not its own open ones, nor any for a while after breaking the glass.
CREATE FUNCTION hidden() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH me AS MATERIALIZED (
        SELECT mine() AS ids, may('see restricted records') AS sees, may('take calls') AS takes
    ), glass AS MATERIALIZED (
        SELECT EXISTS (
            SELECT 1 FROM events e, me
            WHERE e.kind = 'broke glass' AND e.staff = ANY (me.ids) AND e.saved > now() - interval '15 minutes'
        ) AS broken
    )
    SELECT coalesce(array_agg(c.id), '{}') FROM me, glass, calls c
    WHERE c.restricted AND NOT me.sees AND NOT glass.broken
      AND NOT (c.closed IS NULL AND c.owner = ANY (me.ids) AND me.takes)
$$;

-- Clearing two flags is for some roles only.
CREATE FUNCTION may_flag(told text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT CASE
        WHEN told::jsonb -> 'on' = 'true' THEN true
        WHEN told::jsonb ->> 'flag' = 'F-UNSAFE' THEN may('say that contact is safe again')
        WHEN told::jsonb ->> 'flag' = 'F-SENS' THEN may('see restricted records')
        ELSE true
    END
$$;

CREATE FUNCTION is_restricted(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT coalesce((
        SELECT f.data::jsonb -> 'on' = 'true' FROM events f
        WHERE f.call = wanted AND f.kind = 'flagged' AND f.data::jsonb ->> 'flag' = 'F-SENS'
          AND NOT EXISTS (
            SELECT 1 FROM events u
            WHERE u.call = wanted AND u.kind = 'undone' AND u.data::jsonb ->> 'event' = f.id
          )
        ORDER BY f.seq DESC LIMIT 1
    ), false)
$$;

CREATE FUNCTION restrict_call() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE calls SET restricted = is_restricted(NEW.call) WHERE id = NEW.call AND restricted <> is_restricted(NEW.call);
    RETURN NULL;
END
$$;
CREATE TRIGGER events_restrict AFTER INSERT ON events
    FOR EACH ROW WHEN (NEW.kind IN ('flagged', 'undone')) EXECUTE FUNCTION restrict_call();
UPDATE calls SET restricted = true WHERE id IN (SELECT call FROM events WHERE kind = 'flagged') AND is_restricted(id);

ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff ENABLE ROW LEVEL SECURITY;

-- (SELECT …) around a function has it asked once for a statement, not once for a row.
-- What a transaction writes it may see until its end: keeping an event once needs that.
CREATE POLICY read_events ON events FOR SELECT USING (
    NOT (SELECT somebody())
    OR (saved = now() AND staff = ANY ((SELECT mine())::text[]))
    OR CASE WHEN kind = ANY ((SELECT audit())::text[]) THEN
        kind = ANY ((SELECT granted('read'))::text[])
        AND ((SELECT may('read all of the audit')) OR staff <> ALL ((SELECT mine())::text[]))
    ELSE
        ('*' = ANY ((SELECT granted('read'))::text[]) OR kind = ANY ((SELECT granted('read'))::text[]))
        AND call <> ALL ((SELECT hidden())::text[])
    END
);
CREATE POLICY write_events ON events FOR INSERT WITH CHECK (
    NOT (SELECT somebody())
    OR (
        kind = ANY ((SELECT granted('write'))::text[])
        AND staff = ANY ((SELECT mine())::text[])
        AND CASE WHEN kind = 'flagged' THEN may_flag(data) ELSE true END
        AND (kind = ANY ((SELECT audit())::text[]) OR call <> ALL ((SELECT hidden())::text[]))
    )
);

CREATE POLICY read_calls ON calls FOR SELECT USING (
    NOT (SELECT somebody())
    OR (opened IS NULL AND summary IS NULL)
    OR ('*' = ANY ((SELECT granted('read'))::text[]) AND id <> ALL ((SELECT hidden())::text[]))
);
CREATE POLICY write_calls ON calls FOR INSERT WITH CHECK (opened IS NULL AND summary IS NULL AND NOT restricted);
CREATE POLICY change_calls ON calls FOR UPDATE USING (
    NOT (SELECT somebody())
    OR ((SELECT may('take calls')) OR (SELECT may('take over calls')))
) WITH CHECK (true);

CREATE POLICY read_claims ON claims FOR SELECT USING (
    NOT (SELECT somebody()) OR (SELECT may('work at the desk'))
);
CREATE POLICY take_claims ON claims FOR INSERT WITH CHECK (NOT (SELECT somebody()) OR (SELECT may('book appointments')));
CREATE POLICY keep_claims ON claims FOR UPDATE USING (NOT (SELECT somebody()) OR (SELECT may('book appointments')));
CREATE POLICY give_claims ON claims FOR DELETE USING (NOT (SELECT somebody()) OR (SELECT may('book appointments')));

-- Everybody sees who shares their login (for their PINs); the list, and changing it, is the administrator's.
CREATE POLICY read_staff ON staff FOR SELECT USING (login = session_user OR (SELECT may('manage staff')));
CREATE POLICY add_staff ON staff FOR INSERT WITH CHECK ((SELECT may('manage staff')));
CREATE POLICY change_staff ON staff FOR UPDATE USING ((SELECT may('manage staff'))) WITH CHECK (true);
