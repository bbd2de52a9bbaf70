-- What a desk may do: add events and read them, never change or delete one.
-- Run after a migration when the role triage_desk is there; give each desk's account this role.

REVOKE ALL ON events, calls, claims, schema_version, staff, rights, kinds, audit, audit_head, erased FROM triage_desk;
GRANT SELECT, INSERT ON events TO triage_desk;
GRANT SELECT, INSERT (id, ref), UPDATE (opened, closed, owner, summary) ON calls TO triage_desk;
GRANT SELECT, INSERT, UPDATE, DELETE ON claims TO triage_desk;
GRANT SELECT ON schema_version, rights, kinds TO triage_desk;
GRANT SELECT, INSERT, UPDATE ON staff TO triage_desk;
GRANT SELECT ON audit, audit_head, erased TO triage_desk;
