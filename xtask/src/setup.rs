//! What a machine must have, and how a bare Debian gets it.
//!
//! Installs nothing that is there, says what it installs, and where it cannot, says the command that does.

use std::{path::Path, process::Command};

use crate::project::{Failure, Project, files_under, on_path};

/// Something that a machine must have.
struct Need {
    /// What it is.
    what: &'static str,
    /// What it is for, as the person who waits for it would ask.
    why: &'static str,
    /// Whether the work tree needs it at all.
    wanted: fn(&Project) -> bool,
    /// Whether the machine has it.
    present: fn() -> bool,
    /// The Debian packages that bring it.
    packages: &'static [&'static str],
}

/// For building the server.
const BUILD: &[Need] = &[
    Need {
        what: "a C compiler",
        why: "SQLite and the cryptography are compiled in",
        wanted: |_| true,
        present: || on_path("cc").is_some() && Path::new("/usr/include/stdio.h").exists(),
        packages: &["gcc", "libc6-dev"],
    },
    Need {
        what: "make",
        why: "the allocator is compiled in",
        wanted: |_| true,
        present: || on_path("make").is_some(),
        packages: &["make"],
    },
];

/// For building what browsers load.
const WEB: &[Need] = &[Need {
    what: "Node.js and npm",
    why: "the console and the visitor's scripts are built with them; published clients and the documentation's JavaScript are run",
    wanted: |_| true,
    present: || on_path("node").is_some() && on_path("npm").is_some(),
    packages: &["nodejs", "npm"],
}];

/// For the tests, besides the above.
const TEST: &[Need] = &[
    Need {
        what: "the server programs of PostgreSQL 15 or newer",
        why: "the tests start temporary clusters of their own",
        wanted: |_| true,
        present: postgres_is_present,
        packages: &["postgresql"],
    },
    Need {
        what: "Chromium and a font",
        why: "the pages are opened in a browser",
        wanted: |project| project.root.join("e2e").is_dir(),
        present: || on_path("chromium").is_some() && Path::new("/usr/share/fonts/truetype/dejavu").is_dir(),
        packages: &["chromium", "fonts-dejavu-core"],
    },
    Need {
        what: "Python with venv",
        why: "published clients are run against the server",
        wanted: |project| project.root.join("conformance").is_dir(),
        present: || answers("python3", &["-c", "import venv, ensurepip"]),
        packages: &["python3", "python3-venv"],
    },
    Need {
        what: "curl, jq and openssl",
        why: "the documentation's examples are run",
        wanted: |project| documented(project, "curl "),
        present: || ["curl", "jq", "openssl"].iter().all(|program| on_path(program).is_some()),
        packages: &["curl", "jq", "openssl", "ca-certificates"],
    },
];

/// Makes the machine able to build the server.
pub(crate) fn for_build(project: &Project) -> Result<(), Failure> {
    meet(project, &missing(project, BUILD))
}

/// Makes the machine able to build what browsers load.
pub(crate) fn for_web(project: &Project) -> Result<(), Failure> {
    meet(project, &missing(project, WEB))
}

/// Makes the machine able to run every test.
pub(crate) fn for_tests(project: &Project) -> Result<(), Failure> {
    let mut needs = missing(project, BUILD);
    needs.extend(missing(project, WEB));
    needs.extend(missing(project, TEST));
    meet(project, &needs)?;
    for (program, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if on_path(program).is_none() {
            return Err(Failure(format!("`{program}` is missing: run `rustup component add {component}`, then this again")));
        }
    }
    Ok(())
}

fn missing(project: &Project, needs: &'static [Need]) -> Vec<&'static Need> {
    needs.iter().filter(|need| (need.wanted)(project) && !(need.present)()).collect()
}

fn meet(project: &Project, needs: &[&Need]) -> Result<(), Failure> {
    if needs.is_empty() {
        return Ok(());
    }
    for need in needs {
        println!("setup: this machine lacks {}: {}", need.what, need.why);
    }
    let packages: Vec<&str> = needs.iter().flat_map(|need| need.packages.iter().copied()).collect();
    let packages = packages.join(" ");
    if on_path("apt-get").is_none() {
        return Err(Failure(format!("this machine has no apt-get; install what Debian calls `{packages}`, then run this again")));
    }
    let by_hand = format!("sudo apt-get update && sudo apt-get install --yes --no-install-recommends {packages}");
    let prefix: &[&str] = match () {
        () if is_root() => &[],
        () if answers("sudo", &["-n", "true"]) => &["sudo", "-n"],
        () => return Err(Failure(format!("installing needs root: run `{by_hand}`, then this again"))),
    };
    println!("setup: installing {packages}");
    apt(project, prefix, "update").and_then(|()| apt(project, prefix, &format!("install --yes --no-install-recommends {packages}")))?;
    match needs.iter().find(|need| !(need.present)()) {
        Some(need) => Err(Failure(format!(
            "apt-get installed {packages}, yet {} cannot be found; install it by hand, then run this again",
            need.what
        ))),
        None => Ok(()),
    }
}

fn apt(project: &Project, prefix: &[&str], arguments: &str) -> Result<(), Failure> {
    let mut words: Vec<&str> = prefix.to_vec();
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]);
    words.extend(arguments.split(' '));
    let (program, rest) = words.split_first().expect("the words of a command are never empty");
    match project.command(program).args(rest).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => {
            Err(Failure(format!("`apt-get {arguments}` failed; mend what it names above (network? package sources?), then run this again")))
        }
        Err(e) => Err(Failure(format!("`{program}` cannot be started: {e}"))),
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn answers(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// The same places in which testkit looks: Debian's folders, one a version, then the PATH.
fn postgres_is_present() -> bool {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().any(|version| {
        let number = version.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        number.is_some_and(|number| number >= 15) && version.path().join("bin/initdb").exists()
    });
    debian || (on_path("initdb").is_some() && on_path("postgres").is_some())
}

fn documented(project: &Project, what: &str) -> bool {
    files_under(&project.root.join("docs"))
        .iter()
        .any(|path| path.extension().is_some_and(|e| e == "md") && std::fs::read_to_string(path).is_ok_and(|text| text.contains(what)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_names_packages_and_a_reason() {
        for need in BUILD.iter().chain(WEB).chain(TEST) {
            assert!(!need.packages.is_empty() && !need.why.is_empty(), "{} names no cure", need.what);
        }
    }

    #[test]
    fn what_is_present_is_not_installed() {
        let project = Project::find().expect("the tests run inside the workspace");
        assert!(missing(&project, BUILD).is_empty(), "this test was built by a C linker");
    }
}
