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

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: FreshnessPolicy = FreshnessPolicy {
        leeway: SignedDuration::from_secs(60),
        max_age: SignedDuration::from_hours(12),
        accept_sessions_up_to: SignedDuration::ZERO,
    };

    fn judged(seconds_before_start: i64, policy: &FreshnessPolicy) -> Recency {
        let started_at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let auth_time = started_at - SignedDuration::from_secs(seconds_before_start);
        judge(Some(auth_time), started_at, started_at + SignedDuration::from_secs(30), policy)
    }

    #[test]
    fn fresh_is_what_happened_since_the_request_began_give_or_take_the_leeway() {
        for (seconds, expected) in [(-20, Freshness::Fresh), (2, Freshness::Fresh), (60, Freshness::Fresh)] {
            assert_eq!(judged(seconds, &POLICY).freshness, expected, "{seconds} s");
        }
        assert_eq!(judged(61, &POLICY).freshness, Freshness::Cached);
    }

    #[test]
    fn a_cached_session_signs_in_within_max_age_and_creates_nothing() {
        let within = judged(12 * 3600, &POLICY);
        assert!(within.may_sign_in && !within.may_create);
        assert!(!judged(13 * 3600, &POLICY).may_sign_in);
    }

    #[test]
    fn the_setting_accepts_sessions_up_to_its_bound() {
        let relaxed = FreshnessPolicy { accept_sessions_up_to: SignedDuration::from_mins(15), ..POLICY };
        assert!(judged(15 * 60, &relaxed).may_create);
        assert!(!judged(17 * 60, &relaxed).may_create);
        assert_eq!(judged(15 * 60, &relaxed).freshness, Freshness::Cached, "it is still called what it is");
    }

    #[test]
    fn without_a_time_nothing_is_proved() {
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let recency = judge(None, now, now, &POLICY);
        assert_eq!(recency.freshness, Freshness::Unknown);
        assert!(!recency.may_create);
    }
}
