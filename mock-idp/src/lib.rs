//! A complete OpenID Provider that stands in for KaseyaOne in tests: strict by default, and wrong in exactly the way a
//! test asks for.
//!
//! Start one per test. It listens on a free loopback port, answers within milliseconds, and stops when it is dropped.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use mock_idp::{MockIdp, Target};
//!
//! let idp = MockIdp::start().await;
//! let armed = idp.faults().arm("idt-nonce-wrong", Target::person("dana"), 1).expect("a fault of the catalogue");
//! // … configure the application with idp.issuer(), sign Dana in, see that the application refuses …
//! assert_eq!(armed.fired(), 0, "nobody has signed in yet");
//! # });
//! ```
//!
//! It never knows the application under test, and no real system may ever trust its keys.

mod clock;
mod config;
mod control;
mod fault;
mod generator;
mod handles;
mod http;
mod idp;
mod import;
mod jose;
mod journal;
mod keys;
mod matrix;
mod plan;
mod protocol;
mod realm;
mod realms;
mod rule;
mod story;
mod switches;
mod tls;
mod verdict;
mod visible;
mod wire;

pub use clock::{Clock, ClockReading, SystemClock};
pub use config::{ConfigError, ConfigFormat};
pub use fault::{
    ArmError, ArmedRecord, Binds, CatalogueEntry, Point, StagedBy, Target, UnknownFault, Verdict,
};
/// People, companies and clients, as they are made in a test.
pub use fixtures::{
    AccessTokenFormat, AuthMethod, Client, Company, Fixtures, Grant, Person, ResponseType, SecondFactor,
    SigningAlgorithm, Status, SubjectType,
};
pub use handles::{
    ActiveRule, ArmedFault, Clients, ClockHandle, Companies, Faults, FaultsAfter, JournalHandle, Keys,
    Minter, NotFound, People, RealmBuilder, RealmHandle, RealmsHandle, Replays, RuleBuilder, RuleError,
    Rules, SaveError, ScopedFault, Snapshot, Stories,
};
pub use http::backchannel_logout::LogoutDelivery;
#[cfg(feature = "wiremock")]
pub use idp::mounted::{Mounted, mount_into};
pub use idp::{MockIdp, MockIdpBuilder, StartError};
pub use import::{ImportFormat, import};
pub use journal::{
    Channel, Delivery, Entry, JournalQuery, NearMiss, NotSeen, Params, Refusal, ResponseSummary,
};
pub use keys::KeyError;
pub use matrix::{Attempt, Did, Matrix, MatrixError, MatrixOutcome, MatrixPlan, MatrixRow};
pub use protocol::claims::ClaimNames;
pub use protocol::endpoints::{Endpoint, EndpointError, Layout, NoSuchName};
pub use protocol::launch::Launch;
pub use realm::error::RealmError;
pub use realm::handed_out::{SentResponse, SentToken, TokenKind};
pub use realm::invent::InventError;
pub use realm::launch::LaunchError;
pub use realm::lifecycle::PersonError;
pub use realm::mint::{Mint, MintError, MintLogoutToken, Minted, MintedSession};
pub use realm::people::CompanyError;
pub use rule::{Rule, RuleRecord, Then, When};
pub use story::{StoryLine, StoryOutcome};
pub use tls::TlsError;
pub use verdict::{Check, ClientJudgement, ExceptError, Judgement, Outcome};

/// Every fault there is, without starting anything.
pub fn catalogue() -> impl Iterator<Item = &'static CatalogueEntry> {
    fault::catalogue::all()
}

/// The public halves of the keys of fixtures, as a JSON Web Key Set, under the names they have before an instance adds
/// its suffix.
pub fn public_keys(fixtures: &fixtures::Fixtures) -> Result<serde_json::Value, KeyError> {
    keys::public_key_set(&fixtures.keys)
}
