//! Telling a fresh authentication from a cached one. The proof is `auth_time`, never that we asked (S-79).

use jiff::{SignedDuration, Timestamp};

use super::identity::Freshness;

/// The bounds an authentication is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreshnessPolicy {
    /// How far the two clocks may be apart.
    pub leeway: SignedDuration,
    /// How old a KaseyaOne session may be that signs an existing account in.
    pub max_age: SignedDuration,
    /// How old a KaseyaOne session may be that creates an account; zero asks for a fresh one.
    pub accept_sessions_up_to: SignedDuration,
}

/// How one authentication stands against the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recency {
    /// What the record says.
    pub freshness: Freshness,
    /// Recent enough to sign an existing account in.
    pub may_sign_in: bool,
    /// Recent enough to create an account.
    pub may_create: bool,
}

/// Holds `auth_time` against the start of the request and the bounds.
///
/// Compared with the start of the request, not with `now`, so that `max_age=0` never fails by seconds.
pub fn judge(
    auth_time: Option<Timestamp>,
    started_at: Timestamp,
    now: Timestamp,
    policy: &FreshnessPolicy,
) -> Recency {
    let Some(auth_time) = auth_time else {
        // Verification has refused the absence already where KaseyaOne is expected to say it.
        return Recency { freshness: Freshness::Unknown, may_sign_in: true, may_create: false };
    };
    let age = now.duration_since(auth_time).saturating_sub(policy.leeway);
    let is_fresh = started_at.duration_since(auth_time) <= policy.leeway;
    let is_accepted = !policy.accept_sessions_up_to.is_zero() && age <= policy.accept_sessions_up_to;
    Recency {
        freshness: if is_fresh { Freshness::Fresh } else { Freshness::Cached },
        may_sign_in: is_fresh || age <= policy.max_age,
        may_create: is_fresh || is_accepted,
    }
}
