//! The frame around a page: who is signed in, the side navigation, one notice.
//!
//! It offers links only; whether a page opens is decided where the page is served.

use super::Tone;

/// The frame of one page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shell {
    pub(crate) person: Option<ShellPerson>,
    pub(crate) current: Place,
    pub(crate) notice: Option<Notice>,
}

/// The person whose session this is.
#[derive(Clone, Debug)]
pub(crate) struct ShellPerson {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) admin: bool,
}

/// A sentence at the top of the content.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) tone: Tone,
    pub(crate) text: String,
}

/// Where in the navigation a page lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    #[default]
    Elsewhere,
    Home,
    Users,
    UserPrivileges,
    Organizations,
    SignIns,
    Audit,
}

/// A titled group of links.
pub(crate) struct NavGroup {
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    pub(crate) links: Vec<NavLink>,
}

/// One link of the navigation.
pub(crate) struct NavLink {
    pub(crate) href: &'static str,
    pub(crate) text: &'static str,
    pub(crate) current: bool,
}

impl Shell {
    /// The frame without anybody signed in.
    pub(crate) fn outside() -> Self {
        Self::default()
    }

    /// The navigation: Settings for MSP Admins, the rest for everyone who is signed in.
    pub(crate) fn groups(&self) -> Vec<NavGroup> {
        let Some(person) = &self.person else {
            return Vec::new();
        };
        let link = |place: Place, href, text| NavLink { href, text, current: self.current == place };
        let mut groups = vec![NavGroup {
            key: "work",
            title: "Work",
            links: vec![
                link(Place::Home, "/home", "Home"),
                link(Place::Organizations, "/organizations", "Organizations"),
            ],
        }];
        if person.admin {
            groups.push(NavGroup {
                key: "settings",
                title: "Settings",
                links: vec![
                    link(Place::Users, "/settings/users", "Users"),
                    link(Place::UserPrivileges, "/settings/user-privileges", "User Privileges"),
                    link(Place::SignIns, "/settings/users/sign-ins", "Record of sign-ins"),
                    link(Place::Audit, "/settings/audit", "Audit"),
                ],
            });
        }
        groups
    }
}
