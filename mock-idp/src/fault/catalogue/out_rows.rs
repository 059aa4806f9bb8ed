//! Rows about logout. Data only.

use super::Point::{Discovery, Logout, LogoutFrame, LogoutToken};
use super::StagedBy::RelyingParty;
use super::Verdict::{Accept, Refuse};
use super::{Binds, CatalogueEntry, staged, told};

pub(super) const ROWS: &[CatalogueEntry] = &[
    told(
        "out-rp-ok",
        "after logout the browser comes back with the right state: the honest behaviour",
        RelyingParty,
        "oidcc-client-test-rp-init-logout",
        Accept,
    ),
    staged(
        "out-rp-no-state",
        "after logout the browser comes back without state",
        &[Logout],
        "oidcc-client-test-rp-init-logout-no-state",
        Accept,
    ),
    staged(
        "out-rp-other-state",
        "after logout the browser comes back with another state",
        &[Logout],
        "oidcc-client-test-rp-init-logout-other-state",
        Accept,
    ),
    staged(
        "out-bcl-ok",
        "the logout token has a claim that nobody knows",
        &[LogoutToken],
        "oidcc-client-test-rp-backchannel-rpinitlogout",
        Accept,
    ),
    staged(
        "out-bcl-alg-none",
        "the logout token says alg none and has no signature",
        &[LogoutToken],
        "oidcc-client-test-rp-backchannel-rpinitlogout-alg-none",
        Refuse,
    ),
    staged(
        "out-bcl-wrong-alg",
        "the logout token is signed by HS256 with the client secret",
        &[LogoutToken],
        "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg",
        Refuse,
    ),
    staged(
        "out-bcl-wrong-iss",
        "the logout token names another issuer",
        &[LogoutToken],
        "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-issuer",
        Refuse,
    ),
    staged(
        "out-bcl-wrong-aud",
        "the logout token is for another client",
        &[LogoutToken],
        "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud",
        Refuse,
    ),
    staged(
        "out-bcl-no-event",
        "the logout token has no events",
        &[LogoutToken],
        "oidcc-client-test-rp-backchannel-rpinitlogout-no-event",
        Refuse,
    ),
    staged(
        "out-bcl-wrong-event",
        "the events of the logout token name another event",
        &[LogoutToken],
        "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event",
        Refuse,
    ),
    staged(
        "out-bcl-with-nonce",
        "the logout token has a nonce, as only ID tokens have",
        &[LogoutToken],
        "oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce",
        Refuse,
    ),
    staged(
        "out-bcl-expired",
        "the logout token expired nine minutes ago",
        &[LogoutToken],
        "Back-Channel Logout 2.4, 2.6",
        Refuse,
    )
    .seen(&["Keycloak#51218"]),
    staged(
        "out-bcl-replay-jti",
        "the logout token that was sent last time is sent again",
        &[LogoutToken],
        "Back-Channel Logout 2.6 (8)",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["Keycloak#51218"]),
    staged(
        "out-bcl-no-sub-sid",
        "the logout token names neither a person nor a session",
        &[LogoutToken],
        "Back-Channel Logout 2.4",
        Refuse,
    )
    .seen(&["Keycloak#51218"]),
    staged(
        "out-bcl-id-token",
        "an ID token is sent as logout token",
        &[LogoutToken],
        "Back-Channel Logout 2.6; Keycloak#51218",
        Refuse,
    )
    .seen(&["Keycloak#51218"]),
    staged(
        "out-bcl-typ",
        "the logout token says that it is an access token",
        &[LogoutToken],
        "Back-Channel Logout 2.4; RFC 8725 3.11",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["Keycloak#51218"]),
    staged(
        "out-bcl-unknown-sid",
        "the logout token names a session that nobody has",
        &[LogoutToken],
        "Back-Channel Logout 2.7",
        Accept,
    ),
    staged(
        "out-bcl-sub-only",
        "the logout token names the person and no session",
        &[LogoutToken],
        "Back-Channel Logout 2.4, 2.7",
        Accept,
    ),
    staged(
        "out-bcl-storm",
        "beside the logout token come a hundred more, about sessions that nobody has",
        &[LogoutToken],
        "Back-Channel Logout 2.7, 2.8",
        Accept,
    ),
    told(
        "out-fc-rp",
        "the person signs out here, and the provider loads our address in a frame",
        RelyingParty,
        "oidcc-client-test-rp-frontchannel-rpinitlogout",
        Accept,
    ),
    told(
        "out-fc-op",
        "the person signs out at the provider, which loads our address in a frame",
        RelyingParty,
        "oidcc-client-test-rp-frontchannel-opinitlogout",
        Accept,
    ),
    staged(
        "out-fc-wrong-sid",
        "the address in the frame names another session",
        &[LogoutFrame],
        "Front-Channel Logout 2, 3; rp-frontchannel-rpinitlogout-wrong-sid",
        Refuse,
    ),
    staged(
        "out-fc-wrong-iss",
        "the address in the frame names another issuer",
        &[LogoutFrame],
        "Front-Channel Logout 2, 3; rp-frontchannel-rpinitlogout-wrong-iss",
        Refuse,
    ),
    staged("out-op-dead", "the end_session endpoint answers 500", &[Logout], "RP-Initiated Logout 3", Accept),
    staged(
        "out-op-dead-absent",
        "discovery names no end_session endpoint",
        &[Discovery],
        "RP-Initiated Logout 2.1",
        Accept,
    ),
];
