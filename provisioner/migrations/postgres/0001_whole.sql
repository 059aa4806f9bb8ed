-- The whole of what the service keeps. Times are milliseconds since 1970-01-01T00:00:00Z; hashes are SHA-256.

CREATE TABLE account (
    id UUID PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'deactivated', 'removed')),
    origin TEXT NOT NULL CHECK (origin IN ('automatic', 'manual', 'bootstrap')),
    msp_admin BOOLEAN NOT NULL,
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    created_by UUID REFERENCES account (id),
    last_sign_in_at BIGINT,
    reviewed_at BIGINT,
    reviewed_by UUID REFERENCES account (id),
    removed_at BIGINT,
    allowed_again_at BIGINT
);
CREATE UNIQUE INDEX account_email ON account (email_key) WHERE status <> 'removed';

-- "Once" is true because of this key, not because of a lock. The reference is deferred: the link is made first,
-- and only who made it creates the account.
CREATE TABLE identity (
    issuer TEXT COLLATE "C" NOT NULL,
    company TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    account_id UUID NOT NULL REFERENCES account (id) DEFERRABLE INITIALLY DEFERRED,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, company, subject),
    -- One person of a company for each account: of two who are linked at the same time, one is.
    UNIQUE (account_id, issuer, company)
);

CREATE TABLE single_sign_on (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    allow_kaseyaone BOOLEAN NOT NULL,
    require_kaseyaone BOOLEAN NOT NULL,
    create_accounts BOOLEAN NOT NULL,
    company_id TEXT,
    company_name TEXT,
    version BIGINT NOT NULL,
    CHECK (allow_kaseyaone OR NOT require_kaseyaone),
    CHECK (company_id IS NOT NULL OR NOT allow_kaseyaone)
);
INSERT INTO single_sign_on (id, allow_kaseyaone, require_kaseyaone, create_accounts, version)
VALUES (1, FALSE, FALSE, FALSE, 0);

CREATE TABLE local_login_exception (
    account_id UUID PRIMARY KEY REFERENCES account (id)
);

-- The company an MSP Admin authenticated in and has yet to confirm.
CREATE TABLE binding_proposal (
    account_id UUID PRIMARY KEY REFERENCES account (id),
    company_id TEXT NOT NULL,
    company_name TEXT NOT NULL,
    username TEXT,
    role TEXT,
    expires_at BIGINT NOT NULL
);

CREATE TABLE organization (
    id UUID PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE access_group (
    id UUID PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

-- Three separate assignments; none implies another.
CREATE TABLE capability_assignment (
    account_id UUID NOT NULL REFERENCES account (id),
    capability TEXT NOT NULL,
    PRIMARY KEY (account_id, capability)
);
CREATE TABLE group_assignment (
    account_id UUID NOT NULL REFERENCES account (id),
    group_id UUID NOT NULL REFERENCES access_group (id),
    PRIMARY KEY (account_id, group_id)
);
CREATE TABLE organization_assignment (
    account_id UUID NOT NULL REFERENCES account (id),
    organization_id UUID NOT NULL REFERENCES organization (id),
    PRIMARY KEY (account_id, organization_id)
);

-- One per attempt to sign in. No reference to account: it is written even when accounts cannot be.
CREATE TABLE sign_in_record (
    id UUID PRIMARY KEY,
    reference TEXT COLLATE "C" NOT NULL UNIQUE,
    method TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT,
    used_kaseyaone TEXT NOT NULL,
    allow_on TEXT NOT NULL,
    create_on TEXT NOT NULL,
    exists_in_kaseyaone TEXT NOT NULL,
    authentication_completed TEXT NOT NULL,
    cause_code TEXT,
    cause_reason TEXT,
    settings_allow BOOLEAN NOT NULL,
    settings_require BOOLEAN NOT NULL,
    settings_create BOOLEAN NOT NULL,
    settings_version BIGINT NOT NULL,
    auth_time BIGINT,
    freshness TEXT,
    email TEXT,
    subject TEXT,
    company TEXT,
    hint TEXT,
    account_id UUID
);
CREATE INDEX sign_in_record_outcome ON sign_in_record (outcome, id);
-- Attempts in which nobody proved anything; the oldest of them are forgotten.
CREATE INDEX sign_in_record_anonymous ON sign_in_record (id)
WHERE subject IS NULL AND account_id IS NULL AND outcome IN ('abandoned', 'refused', 'expired');

-- One per redirect to KaseyaOne. State and browser are hashes; nonce and verifier never leave the server.
CREATE TABLE sign_in_request (
    state_hash BYTEA PRIMARY KEY,
    browser_hash BYTEA NOT NULL,
    record_id UUID REFERENCES sign_in_record (id),
    binding_account_id UUID REFERENCES account (id),
    issuer TEXT NOT NULL,
    nonce TEXT NOT NULL,
    pkce_verifier TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    consumed_at BIGINT,
    asked_afresh BOOLEAN NOT NULL,
    CHECK ((record_id IS NULL) <> (binding_account_id IS NULL))
);
CREATE INDEX sign_in_request_browser ON sign_in_request (browser_hash);
CREATE INDEX sign_in_request_record ON sign_in_request (record_id);
CREATE INDEX sign_in_request_expiry ON sign_in_request (expires_at);

-- The KaseyaOne user that asks to be linked to an MSP Admin, as KaseyaOne named it: the MSP Admin answers, signed in
-- locally in the same browser. One for each browser, used once.
CREATE TABLE link_confirmation (
    browser_hash BYTEA PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    issuer TEXT COLLATE "C" NOT NULL,
    company TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    company_name TEXT NOT NULL,
    name TEXT,
    username TEXT,
    email TEXT NOT NULL,
    reference TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX link_confirmation_expiry ON link_confirmation (expires_at);

CREATE TABLE session (
    token_hash BYTEA PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    reference TEXT NOT NULL,
    method TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    auth_time BIGINT,
    freshness TEXT,
    kaseyaone_session BYTEA,
    id_token TEXT
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE INDEX session_kaseyaone_session ON session (kaseyaone_session);

-- Logout tokens that were taken: each counts once. Kept for as long as its age would not refuse it.
CREATE TABLE logout_token (
    token_hash BYTEA PRIMARY KEY,
    refused_from BIGINT NOT NULL
);
CREATE INDEX logout_token_refused ON logout_token (refused_from);

-- Browsers in which a local sign-in with an address succeeded. What others fail does not count against them.
CREATE TABLE known_browser (
    email_key_hash BYTEA NOT NULL,
    browser_hash BYTEA NOT NULL,
    last_sign_in_at BIGINT NOT NULL,
    PRIMARY KEY (email_key_hash, browser_hash)
);

-- Failed local sign-ins by address, known here or not; by browser too, if it is known for the address.
CREATE TABLE local_failure (
    id UUID PRIMARY KEY,
    email_key_hash BYTEA NOT NULL,
    browser_hash BYTEA,
    at BIGINT NOT NULL
);
CREATE INDEX local_failure_email ON local_failure (email_key_hash, at);
CREATE INDEX local_failure_at ON local_failure (at);

-- One row, for whose lock those wait who keep the tables small.
CREATE TABLE upkeep (id INTEGER PRIMARY KEY CHECK (id = 1));
INSERT INTO upkeep (id) VALUES (1);

CREATE TABLE audit_entry (
    id UUID PRIMARY KEY,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('anonymous', 'operator', 'kaseyaone', 'account')),
    actor_id UUID,
    actor_email TEXT,
    action TEXT NOT NULL,
    account_id UUID,
    value_from TEXT,
    value_to TEXT,
    reference TEXT
);
CREATE INDEX audit_entry_account ON audit_entry (account_id, id);
CREATE INDEX audit_entry_anonymous ON audit_entry (action, at) WHERE actor_kind = 'anonymous';

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$;
CREATE TRIGGER audit_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
