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
    /// Whether people are taken whom nobody wrote down, with the claims that they say they have.
    pub(crate) any_person: bool,
    /// Whether people have the claims that only KaseyaOne has: company, role and modules.
    pub(crate) kaseya_claims: bool,
}

impl Switches {
    /// What either of two sets of switches has otherwise than usual.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            auth_time: self.auth_time && other.auth_time,
            registration: self.registration || other.registration,
            headless: self.headless || other.headless,
            any_client: self.any_client || other.any_client,
            any_person: self.any_person || other.any_person,
            kaseya_claims: self.kaseya_claims && other.kaseya_claims,
        }
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            auth_time: true,
            registration: false,
            headless: false,
            any_client: false,
            any_person: false,
            kaseya_claims: true,
        }
    }
}
