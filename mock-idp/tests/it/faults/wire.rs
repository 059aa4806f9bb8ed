//! Connections that break, and answers that are far too much.

use super::seen::Way::Login;
use super::seen::{Row, fires};
use crate::support::{Answer, NO_ANSWER};

one_test_each!(
    fires,
    Row,
    (net_refused_discovery, Login, |s| is_closed(&s.discovery)),
    (net_hang_discovery, Login, |s| hangs(&s.discovery)),
    (net_reset_discovery, Login, |s| is_reset(&s.discovery)),
    (net_truncated_discovery, Login, |s| is_cut(&s.discovery)),
    (net_refused_jwks, Login, |s| is_closed(&s.jwks)),
    (net_hang_jwks, Login, |s| hangs(&s.jwks)),
    (net_reset_jwks, Login, |s| is_reset(&s.jwks)),
    (net_truncated_jwks, Login, |s| is_cut(&s.jwks)),
    (net_refused_token, Login, |s| is_closed(&s.token) && s.token_again.status == 200),
    (net_hang_token, Login, |s| hangs(&s.token) && s.token_again.status == 200),
    (net_reset_token, Login, |s| is_reset(&s.token) && s.token_again.status == 200),
    (net_truncated_token, Login, |s| is_cut(&s.token)),
    (net_refused_userinfo, Login, |s| is_closed(&s.userinfo)),
    (net_hang_userinfo, Login, |s| hangs(&s.userinfo)),
    (net_reset_userinfo, Login, |s| is_reset(&s.userinfo)),
    (net_truncated_userinfo, Login, |s| is_cut(&s.userinfo)),
    (net_huge, Login, |s| s.token.bytes.len() > 4_000_000 && s.token.body.starts_with("{\"access_token\"")),
    (net_bomb, Login, |s| {
        s.token.headers["content-encoding"] == "gzip"
            && s.token.bytes.starts_with(&[0x1f, 0x8b])
            && s.token.bytes.len() < 1_000_000
    }),
    (net_trickle, Login, |s| hangs(&s.token)),
);

fn hangs(answer: &Answer) -> bool {
    answer.status == NO_ANSWER && answer.body == "no patience left"
}

fn is_closed(answer: &Answer) -> bool {
    answer.status == NO_ANSWER && answer.body.contains("closed")
}

fn is_reset(answer: &Answer) -> bool {
    answer.status == NO_ANSWER && answer.body.contains("reset")
}

/// There was a length, and less came.
fn is_cut(answer: &Answer) -> bool {
    answer.status == NO_ANSWER && answer.body.contains("end of file")
}
