//! Queries that the tests and the oracle share.

/// Texts that are queries.
pub(crate) fn accepted() -> impl Iterator<Item = &'static str> {
    include_str!("accepted.txt").lines().filter(|line| !line.starts_with('#'))
}

/// Texts that are none, each with the code of its problem.
pub(crate) fn refused() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("refused.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once(' ').expect("a code, a space, a text"))
}
