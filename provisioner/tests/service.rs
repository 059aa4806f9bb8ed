//! The service against real databases and a provider that stands in for KaseyaOne, by use case and by process.

#[path = "service/admission.rs"]
mod admission;
#[path = "service/command_line.rs"]
mod command_line;
#[path = "service/crash.rs"]
mod crash;
#[path = "service/crash_points.rs"]
mod crash_points;
#[path = "service/database.rs"]
mod database;
#[path = "service/faults.rs"]
mod faults;
#[path = "service/gate.rs"]
mod gate;
#[path = "service/hang_up.rs"]
mod hang_up;
#[path = "service/layering.rs"]
mod layering;
#[path = "service/link.rs"]
mod link;
#[path = "service/look_up.rs"]
mod look_up;
#[path = "service/outage.rs"]
mod outage;
#[path = "service/process.rs"]
mod process;
#[path = "service/race.rs"]
mod race;
#[path = "service/settings.rs"]
mod settings;
#[path = "service/sign_in.rs"]
mod sign_in;
#[path = "service/stage.rs"]
mod stage;
#[path = "service/store_contract.rs"]
mod store_contract;
#[path = "service/upkeep.rs"]
mod upkeep;
#[path = "service/web_browser.rs"]
mod web_browser;
