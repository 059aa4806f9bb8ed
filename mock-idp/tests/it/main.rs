//! The provider from outside, over HTTP: one test binary, one module for each concern.

#[macro_use]
mod one_test_each;

mod any_client;
mod any_person;
mod assertions;
mod attacks;
mod audience;
mod clock;
mod config;
mod conformance;
mod console;
mod console_pages;
mod control;
mod directory;
mod endpoints;
mod faults;
mod faults_coverage;
mod faults_document;
mod grants;
mod headless;
mod hostile;
mod import;
mod issue;
mod journal;
mod kaseya_claims;
mod lifecycle;
mod login;
mod logout;
mod matrix;
mod metadata;
mod mounted;
mod networks;
mod openapi;
mod people_pages;
mod portal;
mod realms;
mod requests;
mod rules;
mod sign_in;
mod stories;
mod support;
mod tokens;
mod verdict;
