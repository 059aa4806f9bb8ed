//! What the service does: one file per group of verbs, one database transaction per use case.
//!
//! Use cases know neither HTTP nor HTML nor SQL. They ask the domain what follows and write it down, with its
//! audit entry, before anybody is told.

mod admission;
mod assign;
mod audit;
mod begin_sign_in;
mod bind_kaseyaone;
mod bootstrap;
mod census;
mod change_single_sign_on;
mod complete_sign_in;
mod create_account;
mod kaseyaone_sign_out;
mod link_kaseyaone;
mod local_sign_in;
mod organizations;
mod session;
mod settle;
mod sign_in_record;
mod sign_out;
mod upkeep;
mod users;

pub use admission::{Actor, Denied};
pub use assign::{AssignError, assign_capabilities, assign_groups, assign_organizations};
pub use audit::{AuditQuery, AuditTrail, list_audit};
pub use begin_sign_in::{
    BeginSignIn, BeginSignInError, Begun, SignInOptions, begin_sign_in, sign_in_options,
};
pub use bind_kaseyaone::{
    BeginBindingError, BindingBegun, BindingError, BindingFailure, BindingProposal, begin_binding,
    confirm_binding, dismiss_binding, find_binding,
};
pub use bootstrap::{BootstrapError, bootstrap_admin};
pub use census::{Census, take_census};
pub use change_single_sign_on::{
    ChangeSingleSignOnError, GetSingleSignOnError, change_single_sign_on, get_single_sign_on,
};
pub use complete_sign_in::{CompleteSignIn, CompleteSignInError, Completed, complete_sign_in};
pub use kaseyaone_sign_out::{KaseyaOneSignOutError, sign_out_by_frame, sign_out_by_logout_token};
pub use link_kaseyaone::{LinkAnswer, LinkError, LinkProposal, answer_link, find_link};
pub use local_sign_in::{LocalSignIn, LocalSignInError, local_sign_in};
pub use organizations::{
    OrganizationsError, add_group, add_organization, get_organization, list_groups, list_organizations,
    soc_report,
};
pub use session::{
    BROWSER_KNOWN_FOR, BrowserToken, CurrentSession, Refusal, SessionToken, SignedIn, find_session,
};
pub use sign_in_record::{RecordPage, RecordsError, SignInQuery, get_sign_in, list_sign_ins};
pub use sign_out::{SignOutFrom, SignedOut, sign_out};
pub use users::{
    AddUserError, MspAdmin, NewUser, User, UserError, UserPage, UserQuery, UserView, UsersError,
    activate_user, add_user, allow_user_again, deactivate_user, get_user, list_users, remove_user,
    review_user, set_msp_admin,
};

pub use crate::store::StoreError;
