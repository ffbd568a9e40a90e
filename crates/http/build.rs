//! Names the folders of built web pages that the binary embeds, so that a new file in them is not silently left out. It builds nothing itself:
//! Rust builds need no Node.

use std::{env, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Builds with debug assertions read these folders at run time: there is nothing to build again.
    if env::var_os("CARGO_CFG_DEBUG_ASSERTIONS").is_some() {
        return;
    }
    for web in ["../../widget", "../../console"] {
        let built = format!("{web}/dist");
        // A path that is not there would count as changed at every build, so until there is one, whatever surrounds it is watched.
        if let Some(watched) = [built.as_str(), web].into_iter().find(|path| Path::new(path).is_dir()) {
            println!("cargo::rerun-if-changed={watched}");
        }
    }
}
