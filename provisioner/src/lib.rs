//! Creates MSP user accounts when people sign in through KaseyaOne, and never gives them access.
//!
//! [`serve`] starts the whole service from a [`Config`]. The rooms, from the inside out: `domain` decides,
//! `usecase` does one thing in one transaction, `store` keeps, `oidc` speaks to KaseyaOne, and `web` and `api`
//! only decode, call a use case and encode, with `front` for what they share. `app` holds the parts together, and
//! `server` puts the routers together; nothing else wires anything.

mod api;
pub mod app;
pub mod clock;
pub mod config;
mod detached;
pub mod directory;
pub mod domain;
mod front;
pub mod generator;
pub mod oidc;
mod password;
pub mod server;
pub mod store;
pub mod usecase;
mod web;

pub use app::{App, AppState};
pub use clock::{Clock, SystemClock};
pub use config::{Config, ConfigError};
pub use front::Route;
pub use generator::Generator;
pub use server::{Runtime, Server, StartError, bootstrap_admin, routes, serve};
pub use usecase::Census;
