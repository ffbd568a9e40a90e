//! The baselines: a bare axum that answers with the JSON it was sent; and one that appends 4 KiB with fdatasync first.

use std::{
    fs::File,
    io::Write as _,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::Value;

use crate::{
    Result,
    process::{Ready, say},
};

/// What it appends a call.
const APPENDED: [u8; 4096] = [b'x'; 4096];

/// Which baseline.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Append 4 KiB to this file with fdatasync a call
    #[arg(long)]
    append: Option<PathBuf>,
}

pub(crate) async fn run(arguments: Arguments) -> Result<()> {
    let routes = match arguments.append {
        None => Router::new().route("/echo", post(|Json(body): Json<Value>| async { Json(body) })),
        Some(path) => Router::new().route("/echo", post(append)).with_state(Arc::new(Mutex::new(File::create(path)?))),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    say(&Ready { address: listener.local_addr()?.to_string(), ..Ready::default() })?;
    axum::serve(listener, routes).await?;
    Ok(())
}

async fn append(State(file): State<Arc<Mutex<File>>>, Json(body): Json<Value>) -> Result<Json<Value>, StatusCode> {
    let appended = tokio::task::spawn_blocking(move || {
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&APPENDED)?;
        file.sync_data()
    });
    match appended.await {
        Ok(Ok(())) => Ok(Json(body)),
        _ => Err(StatusCode::SERVICE_UNAVAILABLE),
    }
}
