//! Checks the invariants of ARCHITECTURE.md that can be read off manifests and source text.
//!
//! What types or tests hold better (redacted `Debug`, `workspace` in every key) is not checked here.

use std::{fmt, fs, path::Path};

use crate::project::{Dependency, Failure, Package, Project, files_under};

/// Which of our packages each may use, by short name; as dev-dependency each may also use [`FOR_TESTS`].
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("liveagent", &[]),
    ("salesforce", &["soql"]),
    ("segment", &["liveagent"]),
    ("soql", &[]),
    ("native", &["domain"]),
    ("store", &["domain"]),
    ("engine", &["domain", "store"]),
    ("crm", &["engine", "store", "domain", "salesforce", "soql"]),
    ("connect", &["engine", "domain", "segment"]),
    ("client", &["liveagent"]),
    ("http", &["engine", "crm", "domain", "native", "liveagent", "salesforce", "segment"]),
    ("server", &["domain", "store", "engine", "crm", "connect", "http", "native", "liveagent", "salesforce", "client"]),
    ("testkit", &["domain"]),
    ("testserver", &["server", "crm", "native", "testkit", "domain", "liveagent", "client", "store", "engine"]),
    ("bench", &["server", "crm", "native", "testkit", "testserver", "domain", "liveagent", "client", "store", "engine"]),
    ("xtask", &[]),
];

/// Packages that exist for tests only.
const FOR_TESTS: &[&str] = &["testkit", "testserver"];

/// What tests of a package may use besides: whoever starts an engine opens its storage.
const TESTS_MAY_USE: &[(&str, &str)] = &[("http", "store")];

/// Outside libraries that only some packages may name: prefix of the library's name, who may, whether tests of others may, invariant.
const RESERVED: &[(&str, &[&str], bool, &str)] = &[
    // The baselines of measurements are written by hand.
    ("sqlx", &["store", "crm", "bench"], false, "invariant 2: only store and crm know SQL"),
    ("sea-query", &["store", "crm"], false, "invariant 2: only store and crm know SQL"),
    ("axum", &["http", "testserver", "bench"], true, "invariant 2: only http knows axum"),
    ("utoipa-axum", &["http"], false, "invariant 2: only http knows axum"),
];

/// Outside libraries that a pure package may not name.
const IMPURE: &[&str] = &["tokio", "hyper", "reqwest", "rand", "tracing"];
/// Packages that decide or encode and do nothing else.
const PURE: &[&str] = &["domain", "liveagent", "salesforce", "segment", "soql"];

/// Words of vendors, in lower case. They live in that vendor's facade or connector only.
const VENDOR_WORDS: &[&str] = &["chasitor", "livechat", "liveagent", "salesforce", "anonymousid", "liveengage", "watson", "assistant_id"];
/// What may be cited as the source of a fact, although its name is a vendor's word.
const CITABLE: &[&str] = &["liveagent.md", "salesforce.md", "assistant.md", "liveperson.md", "salesforce help 0"];
/// Where statements may be: besides the two that know SQL, the crate that makes databases for tests, and the one whose
/// language begins its queries as SQL does.
const SQL_FOLDERS: &[&str] = &["crates/store/", "crates/crm/", "crates/testkit/", "crates/protocols/soql/"];
/// Where vendors' words may not be.
const VENDOR_FREE: &[&str] = &["crates/domain/src", "crates/store/src", "crates/store/migrations", "crates/engine/src"];

/// Names that say nothing about the subject.
const NAMELESS: &[&str] = &["utils", "util", "helpers", "common", "types", "models"];
/// The longest file.
const LINES: usize = 700;
/// How a statement begins.
const SQL: &[&str] = &["SELECT ", "INSERT INTO ", "DELETE FROM ", "UPDATE ", "CREATE TABLE ", "ALTER TABLE ", "WITH "];
/// What must follow somewhere for those to be statements and not prose.
const SQL_ALSO: &[&str] = &["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "ALTER TABLE "];

/// One breach: where, and of what.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// The last line of the check.
pub(crate) fn verdict(findings: usize) -> String {
    match findings {
        0 => "the invariants hold".to_owned(),
        1 => "1 breach".to_owned(),
        many => format!("{many} breaches"),
    }
}

/// Everything that is wrong in the work tree.
pub(crate) fn check(project: &Project) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for package in &project.packages {
        let path = project.relative(&package.manifest).display().to_string();
        let text = read(&package.manifest)?;
        dependencies(package, &path, &text, &mut findings);
    }
    for top in ["crates", "bench", "xtask", "e2e"] {
        for path in files_under(&project.root.join(top)) {
            let name = project.relative(&path).display().to_string();
            if !(name.ends_with(".rs") || name.ends_with(".sql")) {
                continue;
            }
            source(&name, &read(&path)?, &mut findings);
        }
    }
    Ok(findings)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|e| Failure(format!("{} cannot be read: {e}", path.display())))
}

/// The directions of a package's dependencies.
fn dependencies(package: &Package, path: &str, manifest: &str, findings: &mut Vec<Finding>) {
    let short = package.short.as_str();
    let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == short) else {
        let what = format!("`{}` has no line in xtask's MAY_USE: say there what it may use", package.name);
        findings.push(Finding { path: path.to_owned(), line: 1, what });
        return;
    };
    for dependency in &package.dependencies {
        let mut find = |what: String| findings.push(Finding { path: path.to_owned(), line: line_of(manifest, dependency), what });
        let used = dependency.package.as_str();
        if dependency.ours {
            let used = short_of(used);
            let for_a_test = dependency.dev && (FOR_TESTS.contains(&used) || TESTS_MAY_USE.contains(&(short, used)));
            if !allowed.contains(&used) && !for_a_test {
                find(format!("{short} may not use {used}: dependencies point one way (design, section 3)"));
            }
            continue;
        }
        for (prefix, owners, in_tests, invariant) in RESERVED {
            let named = used == *prefix || used.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-'));
            if named && !owners.contains(&short) && !(dependency.dev && *in_tests) {
                find(format!("{short} may not name {used} ({invariant})"));
            }
        }
        if PURE.contains(&short) && !dependency.dev && IMPURE.contains(&used) {
            find(format!("{short} may not name {used} (invariant 1: it does no IO, awaits nothing, draws no randomness)"));
        }
    }
}

fn short_of(package: &str) -> &str {
    match package {
        "switchboard" => "server",
        other => other.strip_prefix("switchboard-").unwrap_or(other),
    }
}

/// The line of a manifest that names a dependency.
fn line_of(manifest: &str, dependency: &Dependency) -> usize {
    let name = dependency.rename.as_deref().unwrap_or(&dependency.package);
    let section = if dependency.dev { "[dev-dependencies" } else { "[dependencies" };
    let mut inside = false;
    for (number, line) in (1..).zip(manifest.lines()) {
        if line.starts_with('[') {
            inside = line.starts_with(section);
        }
        let rest = line.strip_prefix(name).unwrap_or("-");
        if inside && rest.starts_with(['.', ' ', '=']) {
            return number;
        }
    }
    1
}

/// What can be read off one file. `path` is from the root, with `/`.
fn source(path: &str, text: &str, findings: &mut Vec<Finding>) {
    let mut find = |line: usize, what: String| findings.push(Finding { path: path.to_owned(), line, what });
    let in_src = path.contains("/src/");
    // The rules below name what they forbid; this file would find itself.
    let rules = path == "xtask/src/arch.rs";

    if in_src {
        let lines = text.lines().count();
        if lines > LINES {
            find(LINES + 1, format!("{lines} lines: split it by subject, none is longer than {LINES}"));
        }
        let nameless = path.split('/').map(|part| part.trim_end_matches(".rs")).find(|part| NAMELESS.contains(part));
        if let Some(name) = nameless {
            find(1, format!("`{name}` names no subject: a thing that two need has one, name that"));
        }
    }

    let vendor_free = VENDOR_FREE.iter().any(|folder| path.starts_with(folder));
    let sql_free = in_src && path.starts_with("crates/") && !SQL_FOLDERS.iter().any(|folder| path.starts_with(folder));
    let pure = path.starts_with("crates/domain/src") || (path.starts_with("crates/protocols/") && in_src);

    for (number, line) in (1..).zip(text.lines()) {
        if vendor_free && let Some(word) = vendor_word(line) {
            find(number, format!("`{word}` is a vendor's word (invariant 3): use ours, docs/glossary.md has the pairs"));
        }
        if sql_free && let Some(keyword) = sql(line) {
            find(number, format!("a statement outside store (invariant 2): `{keyword}`"));
        }
        if !rules && line.trim() == "#[ignore]" {
            find(number, "an ignored test without a reason: `#[ignore = \"why\"]`".to_owned());
        }
        let code = line.trim_start();
        if pure && !code.starts_with("//") {
            for word in ["async fn ", ".await", "std::fs", "std::net", "Instant::now"] {
                if code.contains(word) {
                    find(number, format!("`{}` in a pure crate (invariant 1)", word.trim()));
                }
            }
        }
    }
}

/// The first vendor's word of a line.
fn vendor_word(line: &str) -> Option<&'static str> {
    let mut line = line.to_lowercase();
    for citable in CITABLE {
        line = line.replace(citable, "");
    }
    VENDOR_WORDS.iter().copied().find(|word| line.contains(word))
}

/// The keyword with which a string on this line begins as a statement.
fn sql(line: &str) -> Option<&'static str> {
    if line.trim_start().starts_with("//") {
        return None;
    }
    line.split('"').skip(1).step_by(2).find_map(|literal| {
        let start = literal.trim_start();
        let keyword = SQL.iter().copied().find(|keyword| start.starts_with(keyword))?;
        let is_statement = match keyword {
            "UPDATE " => start.contains(" SET "),
            "WITH " => SQL_ALSO.iter().any(|also| start.contains(also)),
            "SELECT " => start.len() > keyword.len(),
            _ => true,
        };
        is_statement.then_some(keyword.trim_end())
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let mut findings = Vec::new();
        source(path, text, &mut findings);
        findings.iter().map(ToString::to_string).collect()
    }

    fn judged(short: &str, dependencies_of: Vec<Dependency>, manifest: &str) -> Vec<String> {
        let package = Package {
            name: format!("switchboard-{short}"),
            short: short.to_owned(),
            manifest: PathBuf::from("Cargo.toml"),
            dependencies: dependencies_of,
        };
        let mut findings = Vec::new();
        dependencies(&package, "Cargo.toml", manifest, &mut findings);
        findings.iter().map(ToString::to_string).collect()
    }

    fn ours(name: &str, dev: bool) -> Dependency {
        Dependency { package: format!("switchboard-{name}"), rename: Some(name.to_owned()), dev, ours: true }
    }

    fn outside(name: &str, dev: bool) -> Dependency {
        Dependency { package: name.to_owned(), rename: None, dev, ours: false }
    }

    #[test]
    fn a_dependency_against_the_direction_is_found_on_its_line() {
        let manifest = "[package]\nname = \"switchboard-domain\"\n\n[dependencies]\nserde.workspace = true\nstore.workspace = true\n";
        let findings = judged("domain", vec![ours("store", false)], manifest);
        assert_eq!(findings, ["Cargo.toml:6: domain may not use store: dependencies point one way (design, section 3)"]);
    }

    #[test]
    fn tests_may_use_the_test_packages_and_nothing_else_against_the_direction() {
        assert!(judged("store", vec![ours("testkit", true)], "").is_empty());
        assert_eq!(judged("store", vec![ours("testkit", false)], "").len(), 1);
        assert_eq!(judged("domain", vec![ours("engine", true)], "").len(), 1);
    }

    #[test]
    fn a_package_that_no_rule_knows_is_found() {
        assert!(judged("newcomer", vec![], "")[0].contains("no line in xtask's MAY_USE"));
    }

    #[test]
    fn reserved_libraries_stay_with_their_owners() {
        assert!(judged("store", vec![outside("sqlx", false)], "").is_empty());
        assert_eq!(judged("engine", vec![outside("sqlx", true)], "").len(), 1);
        assert_eq!(judged("engine", vec![outside("sqlx-core", false)], "").len(), 1);
        assert!(judged("http", vec![outside("axum", false), outside("utoipa-axum", false)], "").is_empty());
        assert!(judged("client", vec![outside("axum", true)], "").is_empty());
        assert_eq!(judged("server", vec![outside("axum", false)], "").len(), 1);
        assert_eq!(judged("domain", vec![outside("tokio", false)], "").len(), 1);
    }

    #[test]
    fn vendors_words_are_found_in_any_case_and_in_sql_but_a_reference_may_be_cited() {
        assert_eq!(found("crates/domain/src/a.rs", "fine\nstruct ChasitorInit;\n").len(), 1);
        assert_eq!(found("crates/store/migrations/sqlite/0001.sql", "-- SalesForce\n").len(), 1);
        assert_eq!(found("crates/engine/src/a.rs", "/// As liveagent.md 2.4 says.\n"), Vec::<String>::new());
        assert_eq!(found("crates/engine/src/a.rs", "/// Salesforce Help 000385517 says so.\n"), Vec::<String>::new());
        assert_eq!(found("crates/engine/src/a.rs", "/// Salesforce helps.\n").len(), 1);
        assert_eq!(found("crates/http/src/facades/a.rs", "struct ChasitorInit;\n"), Vec::<String>::new());
    }

    #[test]
    fn long_files_and_names_without_a_subject_are_found() {
        assert_eq!(found("crates/http/src/a.rs", &"\n".repeat(700)), Vec::<String>::new());
        assert!(found("crates/http/src/a.rs", &"\n".repeat(701))[0].starts_with("crates/http/src/a.rs:701: 701 lines"));
        assert_eq!(found("crates/http/src/utils.rs", "").len(), 1);
        assert_eq!(found("crates/http/src/helpers/a.rs", "").len(), 1);
        assert_eq!(found("crates/http/src/settypes.rs", ""), Vec::<String>::new());
    }

    #[test]
    fn statements_outside_store_are_found_and_prose_is_not() {
        assert_eq!(found("crates/engine/src/a.rs", "let a = \"SELECT id FROM message\";").len(), 1);
        assert_eq!(found("crates/engine/src/a.rs", "let a = \"UPDATE message SET body = 1\";").len(), 1);
        assert_eq!(found("crates/store/src/a.rs", "let a = \"SELECT id FROM message\";"), Vec::<String>::new());
        assert_eq!(found("crates/engine/src/a.rs", "let a = \"WITH care\"; // \"SELECT \""), Vec::<String>::new());
        assert_eq!(found("crates/engine/src/a.rs", "/// \"SELECT id FROM message\""), Vec::<String>::new());
    }

    #[test]
    fn ignored_tests_need_a_reason() {
        assert_eq!(found("crates/testserver/tests/it/a.rs", "    #[ignore]\n").len(), 1);
        assert_eq!(found("crates/testserver/tests/it/a.rs", "#[ignore = \"takes an hour: soak\"]\n"), Vec::<String>::new());
    }

    #[test]
    fn pure_crates_do_no_io() {
        assert_eq!(found("crates/domain/src/a.rs", "async fn now() {}\n").len(), 1);
        assert_eq!(found("crates/protocols/liveagent/src/a.rs", "use std::fs;\n").len(), 1);
        assert_eq!(found("crates/domain/src/a.rs", "/// never `.await`\n"), Vec::<String>::new());
    }
}
