//! Connections that break, and answers that are far too much.

use super::seen::Way::Login;
use super::seen::{Row, all_fire};
use crate::support::{Answer, NO_ANSWER};

pub(crate) const ROWS: &[Row] = &[
    ("net-refused-discovery", Login, |s| is_closed(&s.discovery)),
    ("net-hang-discovery", Login, |s| hangs(&s.discovery)),
    ("net-reset-discovery", Login, |s| is_reset(&s.discovery)),
    ("net-truncated-discovery", Login, |s| is_cut(&s.discovery)),
    ("net-refused-jwks", Login, |s| is_closed(&s.jwks)),
    ("net-hang-jwks", Login, |s| hangs(&s.jwks)),
    ("net-reset-jwks", Login, |s| is_reset(&s.jwks)),
    ("net-truncated-jwks", Login, |s| is_cut(&s.jwks)),
    ("net-refused-token", Login, |s| is_closed(&s.token) && s.token_again.status == 200),
    ("net-hang-token", Login, |s| hangs(&s.token) && s.token_again.status == 200),
    ("net-reset-token", Login, |s| is_reset(&s.token) && s.token_again.status == 200),
    ("net-truncated-token", Login, |s| is_cut(&s.token)),
    ("net-refused-userinfo", Login, |s| is_closed(&s.userinfo)),
    ("net-hang-userinfo", Login, |s| hangs(&s.userinfo)),
    ("net-reset-userinfo", Login, |s| is_reset(&s.userinfo)),
    ("net-truncated-userinfo", Login, |s| is_cut(&s.userinfo)),
    ("net-huge", Login, |s| s.token.bytes.len() > 4_000_000 && s.token.body.starts_with("{\"access_token\"")),
    ("net-bomb", Login, |s| {
        s.token.headers["content-encoding"] == "gzip"
            && s.token.bytes.starts_with(&[0x1f, 0x8b])
            && s.token.bytes.len() < 1_000_000
    }),
    ("net-trickle", Login, |s| hangs(&s.token)),
];

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

#[tokio::test]
async fn they_fire_and_do_what_they_say() {
    all_fire(ROWS).await;
}
