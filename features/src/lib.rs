//! Behaviour specs of automatic user creation, and what runs them: Gherkin scenarios in an
//! administrator's language, the runner QA uses without cargo, reviewed transcripts, reports.
//!
//! Steps see a system under test as a person or an API client does; nothing here reaches into it.

mod causes;
pub mod driver;
pub mod rehearsal;
pub mod report;
pub mod runner;
mod scenario;
mod steps;
pub mod transcript;
pub mod vocabulary;
pub mod world;
