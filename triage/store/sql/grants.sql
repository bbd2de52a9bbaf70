-- What a desk may do: add events and read them, never change or delete one.
-- Run after a migration when the role triage_desk is there; give each desk's account this role.

REVOKE ALL ON events, calls, claims, schema_version FROM triage_desk;
GRANT SELECT, INSERT ON events TO triage_desk;
GRANT SELECT, INSERT, UPDATE ON calls TO triage_desk;
GRANT SELECT, INSERT, UPDATE, DELETE ON claims TO triage_desk;
GRANT SELECT ON schema_version TO triage_desk;
