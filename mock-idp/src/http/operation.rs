//! Operations: what a request to an address does, and how journal and rules call it.

use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::{Channel, Note};
use crate::realm::Realm;

/// An operation: its name in journal and log, who calls it, and what it does.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) channel: Channel,
    /// Pages of any site may call it, and read its answers.
    pub(crate) cross_origin: bool,
    /// What its address takes, where it is the refusal of everything else.
    pub(crate) allow: Option<&'static str>,
    pub(crate) run: fn(&Realm, &Incoming, &mut Note) -> Reply,
}

pub(crate) const fn operation(
    name: &'static str,
    channel: Channel,
    run: fn(&Realm, &Incoming, &mut Note) -> Reply,
) -> Operation {
    Operation { name, channel, cross_origin: false, allow: None, run }
}

/// One that servers call, and pages without a server of their own.
pub(crate) const fn shared(name: &'static str, run: fn(&Realm, &Incoming, &mut Note) -> Reply) -> Operation {
    Operation { cross_origin: true, ..operation(name, Channel::Back, run) }
}
