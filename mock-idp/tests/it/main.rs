//! The provider from outside, over HTTP: one test binary, one module for each concern.

mod sign_in;
mod support;
