//! What a product can be asked for beyond signing people in.

/// Something that a product's hooks can do, by the name that they give it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Offer {
    /// `GET users`: every account with its id and e-mail address.
    Users,
    /// Accounts also say what the API of this project says of them: name, kind, status, origin, ways to sign in, access.
    UserDetails,
    /// `POST users` and what follows a user's id: adds, deactivates and removes accounts as an administrator does.
    ManageUsers,
    /// `GET` and `PATCH single-sign-on`: the three toggles.
    SingleSignOn,
    /// `GET sign-ins`: the records of sign-ins.
    SignIns,
    /// `PUT clock`: the product takes the time of the scenario.
    Clock,
    /// `POST restart`: the product forgets what it has only in its memory.
    Restart,
    /// It takes logout tokens, where its client at the provider says (`backchannel_logout_uri`).
    LogoutTokens,
    /// It can be opened from the portal, where its client says (`initiate_login_uri`).
    Portal,
}

impl Offer {
    /// What hooks can offer.
    pub const BY_HOOKS: [Self; 7] = [
        Self::Users,
        Self::UserDetails,
        Self::ManageUsers,
        Self::SingleSignOn,
        Self::SignIns,
        Self::Clock,
        Self::Restart,
    ];

    /// What hooks call it, or the client's registration.
    pub fn key(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::UserDetails => "user-details",
            Self::ManageUsers => "manage-users",
            Self::SingleSignOn => "single-sign-on",
            Self::SignIns => "sign-ins",
            Self::Clock => "clock",
            Self::Restart => "restart",
            Self::LogoutTokens => "backchannel_logout_uri",
            Self::Portal => "initiate_login_uri",
        }
    }

    /// What is said of a product without it.
    pub fn lacked(self) -> String {
        match self {
            Self::LogoutTokens | Self::Portal => format!("has no {} at KaseyaOne", self.key()),
            _ => format!("offers no {:?}", self.key()),
        }
    }
}
