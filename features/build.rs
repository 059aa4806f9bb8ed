//! Rebuilds the crate when a spec or a snapshot changes: `include_dir!` alone does not notice.

fn main() {
    println!("cargo::rerun-if-changed=specs");
    println!("cargo::rerun-if-changed=snapshots");
}
