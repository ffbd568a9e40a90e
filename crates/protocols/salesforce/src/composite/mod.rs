//! Requests in requests (1.9): composite, graph, batch, collections, tree.
//!
//! What each may hold is checked when it is read, so that nothing is begun that is refused in the end. Carrying the parts out, in order and
//! undoing them together, is for others.

mod batch;
mod collections;
mod reference;
mod subrequest;
mod tree;

pub use batch::{Batch, BatchAnswer, BatchPart, BatchResult};
pub use collections::{Collection, Deletion, Reading};
pub use reference::Answers;
pub use subrequest::{Composite, CompositeAnswer, Graph, GraphAnswer, Graphs, GraphsAnswer, Method, SubAnswer, Subrequest};
pub use tree::{Tree, TreeAnswer, TreeNode, TreeResult};

/// Requests in a composite.
pub const MAX_SUBREQUESTS: usize = 25;
/// Of those, queries, collections and graphs.
pub const MAX_LARGE_SUBREQUESTS: usize = 5;
/// Requests in a batch.
pub const MAX_BATCH: usize = 25;
/// Records in a collection.
pub const MAX_COLLECTION: usize = 200;
/// Stretches of one object in a collection.
pub const MAX_CHUNKS: usize = 10;
/// Records that are read at once.
pub const MAX_READ: usize = 2_000;
/// Records in a tree.
pub const MAX_TREE: usize = 200;
/// Objects in a tree.
pub const MAX_TREE_OBJECTS: usize = 5;
/// How deep a tree is, its first records among it.
pub const MAX_TREE_DEPTH: usize = 5;
/// Graphs in a request.
pub const MAX_GRAPHS: usize = 75;
/// Requests in all of its graphs.
pub const MAX_NODES: usize = 500;
/// How many requests of a graph may hang on each other in a row.
pub const MAX_GRAPH_DEPTH: usize = 15;
/// Graphs that may fail before the others are not begun.
pub const MAX_FAILED_GRAPHS: usize = 14;
/// What references may make of a composite in all, in bytes: as much as a body may have (1.1).
pub const MAX_RESOLVED: usize = 50_000_000;

fn limited(what: &str, number: usize, limit: usize) -> Result<(), crate::Error> {
    if number > limit {
        return Err(crate::Error::limit_exceeded(format!("{what}: there are {number}, and there may be {limit}")));
    }
    Ok(())
}
