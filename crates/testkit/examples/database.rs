//! A fresh PostgreSQL database for a script: prints its address, and drops it when its standard input ends.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    let database = switchboard_testkit::Cluster::durable().database();
    writeln!(io::stdout(), "{}", database.url())?;
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    drop(database);
    Ok(())
}
