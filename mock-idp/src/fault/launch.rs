//! What faults do to a launch from the portal: for whom, where to, and whether the application is asked at all. Each
//! returns whether it changed anything.

use super::issuer::foreign;
use crate::protocol::launch::Launch;

/// A page of nobody the application knows.
const ELSEWHERE: &str = "https://elsewhere.example/";

pub(crate) fn launch(id: &str, can_answer: bool, issuer: &str, launch: &mut Launch) -> bool {
    let begins = !launch.unsolicited;
    match id {
        "authz-unsolicited-nostate" if begins && can_answer => launch.unsolicited = true,
        "authz-unsolicited-3pi-issuer" if begins => launch.issuer = Some(foreign(issuer)),
        "authz-unsolicited-3pi-target" if begins => launch.target_link_uri = Some(ELSEWHERE.to_owned()),
        _ => return false,
    }
    true
}
