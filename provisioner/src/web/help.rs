//! The two articles the settings link to, in short (S-30, S-56, S-86). They need no session and show no data.

use axum::response::Response;

use super::page::Page;
use super::views::outside::HelpPage;
use super::views::shell::Shell;

/// `GET /help/unified-login-with-kaseyaone`
pub(crate) async fn unified_login() -> Response {
    article(
        "Unified Login with KaseyaOne",
        &[
            "Unified Login lets users sign in to Kaseya MDR with the account they already have in KaseyaOne: user name, company, password and second factor are checked there, never here. An MSP Admin turns it on under Settings > Users, in the Single Sign-On section, with Allow Users to Log in with KaseyaOne, and completes authentication through KaseyaOne when prompted; this links Kaseya MDR to that KaseyaOne company. Require Login with KaseyaOne closes local login for everyone except the users named there.",
            "Users who require access must already exist in KaseyaOne. If a user cannot authenticate through KaseyaOne, an MSP user account is not created automatically. When KaseyaOne still holds an earlier session it may answer without asking who you are; a first sign-in is then sent back once for a fresh one. If in doubt, sign out of KaseyaOne and sign in again in a clean browser session.",
        ],
    )
}

/// `GET /help/user-roles-and-permission-boundaries`
pub(crate) async fn user_roles() -> Response {
    article(
        "User roles and permission boundaries",
        &[
            "Kaseya MDR has no predefined roles beyond MSP Admin. What a user may do is assigned under Settings > User Privileges: delegated capabilities, membership in access groups (Group Access), and the organizations that are visible. These are three separate assignments, and none implies another. Organizations are the boundary for alerts, telemetry, configuration and visibility.",
            "Signing in through KaseyaOne, automatic user creation, and a role in KaseyaOne assign none of this. A new account has no implicit access until an administrator assigns it deliberately. None of it alters how the Security Operations Center (SOC) evaluates alerts, investigates activity, or performs response actions.",
        ],
    )
}

fn article(title: &'static str, paragraphs: &'static [&'static str]) -> Response {
    Page::ok(HelpPage { shell: Shell::outside(), title, paragraphs })
}
