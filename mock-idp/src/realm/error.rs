//! Why a realm is not made, and which paths one can have.

use crate::fault::ArmError;
use crate::keys::KeyError;
use crate::protocol::endpoints::EndpointError;
use crate::protocol::text::shorten;
use crate::realm::invent::InventError;

/// Why a realm was not made.
#[derive(Debug, thiserror::Error)]
pub enum RealmError {
    /// The path cannot be one.
    #[error("{}", no_path(.0))]
    Path(String),
    /// There is one already.
    #[error("there is a realm {0:?} already; reset it, or remove it first")]
    Taken(String),
    /// Something of another realm is where it is to be.
    #[error("a realm {path:?} would hide {hidden} of the realm {other:?}; choose another path")]
    Hides {
        /// Its path.
        path: String,
        /// What would not be reached any more.
        hidden: String,
        /// The realm at the root has the empty path.
        other: String,
    },
    /// An endpoint cannot be where it is to be.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// A key of its fixtures is of no use.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A fault that it was to start with cannot be armed.
    #[error(transparent)]
    Fault(#[from] ArmError),
    /// The people that it was to start with cannot be made up.
    #[error(transparent)]
    Invent(#[from] InventError),
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness")]
    Randomness,
}

/// Most characters of a realm's path.
const LONGEST_PATH: usize = 200;

/// Why a path is none.
fn no_path(path: &str) -> String {
    let (path, length) = (shorten(path), path.chars().count());
    if length > LONGEST_PATH {
        return format!(
            "realm path {path:?} must be {LONGEST_PATH} characters long at most, and it has {length}"
        );
    }
    format!(
        "realm path {path:?} must be one or more segments of letters, digits, '.', '_' and '-', as in \"acme/eu\", none of them \
         beginning with '_' or '.', nor one that the provider uses itself (connect, account, …)"
    )
}

/// Segments that the provider itself answers under, in every realm: no realm takes them from another.
const RESERVED: [&str; 9] =
    ["connect", "account", "assets", "keys", "strangers", "moved", "scim", "device", "portal"];

/// Whether a realm can be there.
pub(crate) fn is_path(path: &str) -> bool {
    let segment = |text: &str| {
        !text.is_empty()
            && !text.starts_with(['_', '.'])
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    };
    path.len() <= LONGEST_PATH
        && path.split('/').all(segment)
        && !path.split('/').any(|segment| RESERVED.contains(&segment))
}
