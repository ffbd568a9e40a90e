//! Checks what the documents say about the repository: links lead somewhere, commands exist.

use std::path::{Path, PathBuf};

use clap::CommandFactory;

use crate::project::{Project, files_under};

/// How many documents were read, and what is wrong in them as `path:line: finding`.
pub(crate) fn check(project: &Project) -> (usize, Vec<String>) {
    let documents: Vec<PathBuf> =
        files_under(&project.root).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    let command = crate::Arguments::command();
    let verbs: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let mut findings = Vec::new();
    for path in &documents {
        let Ok(text) = std::fs::read_to_string(path) else {
            findings.push(format!("{}:1: is not UTF-8", project.relative(path).display()));
            continue;
        };
        let folder = path.parent().unwrap_or(&project.root);
        for (line, finding) in read(&text, &verbs, |target| exists(project, folder, target)) {
            findings.push(format!("{}:{line}: {finding}", project.relative(path).display()));
        }
    }
    (documents.len(), findings)
}

fn exists(project: &Project, folder: &Path, target: &str) -> bool {
    match target.strip_prefix('/') {
        Some(from_root) => project.root.join(from_root).exists(),
        None => folder.join(target).exists(),
    }
}

/// The findings of one document as (line, finding).
fn read(text: &str, verbs: &[&str], exists: impl Fn(&str) -> bool) -> Vec<(usize, String)> {
    let mut findings = Vec::new();
    let mut fenced = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        for rest in line.split("cargo xtask ").skip(1) {
            let verb: String = rest.chars().take_while(|c| c.is_ascii_lowercase()).collect();
            if !verb.is_empty() && !verbs.contains(&verb.as_str()) {
                findings.push((number, format!("there is no `cargo xtask {verb}`")));
            }
        }
        if fenced {
            continue;
        }
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', ' ']).next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !exists(file) {
                findings.push((number, format!("the link leads nowhere: {target}")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promise_names_tests_that_exist() {
        let project = Project::find().expect("the tests run inside the workspace");
        let text = std::fs::read_to_string(project.root.join("ARCHITECTURE.md")).expect("the document");
        let promises = text.split_once("## Promises").expect("the section").1;
        let named: Vec<&str> = promises.split('`').skip(1).step_by(2).filter(|name| name.contains('_')).collect();
        assert!(named.len() > 20, "{named:?}");
        let sources: Vec<String> = files_under(&project.root.join("crates"))
            .into_iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .filter_map(|path| std::fs::read_to_string(path).ok())
            .collect();
        for name in named {
            let test = format!("fn {name}(");
            assert!(sources.iter().any(|source| source.contains(&test)), "there is no test {name}");
        }
    }

    #[test]
    fn a_link_to_a_missing_file_is_found_with_its_line() {
        let text = "one\n[a](there.md) and [b](missing.md#part)\n[web](https://example.org) [here](#part)\n";
        let findings = read(text, &[], |target| target == "there.md");
        assert_eq!(findings, [(2, "the link leads nowhere: missing.md#part".to_owned())]);
    }

    #[test]
    fn a_command_that_does_not_exist_is_found_even_in_a_code_block() {
        let text = "```sh\ncargo xtask demo\ncargo xtask fly --far\n```\n";
        assert_eq!(read(text, &["demo"], |_| true), [(3, "there is no `cargo xtask fly`".to_owned())]);
    }

    #[test]
    fn brackets_in_code_blocks_are_not_links() {
        assert_eq!(read("```js\nlist[0](argument)\n```\n", &[], |_| false), []);
    }
}
