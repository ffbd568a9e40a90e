//! For tests: temporary PostgreSQL clusters, a clock to turn, ids and randomness that repeat, a proxy that breaks things.
//!
//! Used from tests only; nothing here is part of a server. It panics where a test cannot go on, and says why.

pub mod clock;
pub mod ids;
pub mod postgres;
pub mod proxy;
pub mod wait;

pub use clock::TestClock;
pub use ids::{CountingIds, SeededRandomness};
pub use postgres::{Cluster, Database};
pub use proxy::{Direction, Fault, Proxy};
pub use wait::{wait_for, wait_for_some};
