//! What is on and what is off in every realm of a process.

/// The switches; what a provider does that was told nothing is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Switches {
    /// Whether ID tokens say when the person authenticated.
    pub(crate) auth_time: bool,
    /// Whether clients may register themselves.
    pub(crate) registration: bool,
    /// Whether who is hinted at signs in without a page.
    pub(crate) headless: bool,
    /// Whether clients are taken that nobody registered.
    pub(crate) any_client: bool,
    /// Whether people have the claims that only KaseyaOne has: company, role and modules.
    pub(crate) kaseya_claims: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self { auth_time: true, registration: false, headless: false, any_client: false, kaseya_claims: true }
    }
}
