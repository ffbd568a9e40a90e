//! Prints the corpus for the oracle of `conformance/soql-common`: a line of JSON for each text, with what this crate makes of it.
//!
//! `text`; `problem`, the code of what refuses it, or null; `printed`, its canonical text, or null. The same lines on every run;
//! `corpus SEED COUNT` makes up others, and so many.
#![expect(clippy::print_stdout, reason = "what the program is for")]

#[path = "../tests/corpus/mod.rs"]
mod corpus;
#[path = "../tests/generated/mod.rs"]
mod generated;

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, RngSeed, TestRunner},
};
use serde_json::json;

/// From what, and how many queries are made up. Each is there as it is, in another hand, and spoilt twice.
const MADE_UP: (u64, u64) = (4, 700);

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let (seed, count) = (numbers.next().unwrap_or(MADE_UP.0), numbers.next().unwrap_or(MADE_UP.1));
    let mut runner = runner_of(seed);
    let mut variants = |text: &str| {
        print(text);
        print(&generated::restyled(text));
        for _ in 0..2 {
            let edits = generated::edits().new_tree(&mut runner).expect("nothing is filtered out for ever").current();
            print(&generated::edited(text, &edits));
        }
    };
    corpus::accepted().chain(corpus::refused().map(|(_, text)| text)).for_each(&mut variants);
    let mut runner = runner_of(seed + 1);
    for _ in 0..count {
        let query = generated::query().new_tree(&mut runner).expect("nothing is filtered out for ever").current();
        variants(&query.to_string());
    }
}

/// From a seed of its own, so that every run asks the oracle the same.
fn runner_of(seed: u64) -> TestRunner {
    TestRunner::new(Config { rng_algorithm: RngAlgorithm::ChaCha, rng_seed: RngSeed::Fixed(seed), ..Config::default() })
}

fn print(text: &str) {
    let read = switchboard_soql::parse(text);
    let problem = read.as_ref().err().map(|error| error.problem().code());
    println!("{}", json!({ "text": text, "problem": problem, "printed": read.ok().map(|query| query.to_string()) }));
}
