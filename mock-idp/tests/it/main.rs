//! The provider from outside, over HTTP: one test binary, one module for each concern.

mod assertions;
mod clock;
mod config;
mod console;
mod control;
mod directory;
mod faults;
mod faults_coverage;
mod faults_document;
mod grants;
mod hostile;
mod import;
mod login;
mod logout;
mod metadata;
mod mounted;
mod networks;
mod realms;
mod requests;
mod rules;
mod sign_in;
mod stories;
mod support;
mod tokens;
mod verdict;
