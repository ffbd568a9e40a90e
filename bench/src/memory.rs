//! A16: what a visitor who waits costs in memory, the session's state included; and the program that is deployed, by itself.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use crate::{
    Result,
    client::Target,
    process::Process,
    table::Figure,
    visitor::{Polls, Session},
};

/// Arriving at once.
const ARRIVING: usize = 64;
/// Conversations of one agent.
const OF_AN_AGENT: usize = 1_000;

/// Bytes a visitor, and of the server at its start.
async fn parked(visitors: usize, settle: Duration, tls: bool) -> Result<(f64, u64)> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data").to_string_lossy().into_owned();
    let agents = visitors.div_ceil(OF_AN_AGENT).to_string();
    let mut arguments = vec!["server".to_owned(), "--data".into(), data, "--agents".into(), agents];
    let mut certificate = None;
    if tls {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        let (chain, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        std::fs::write(&chain, made.cert.pem())?;
        std::fs::write(&key, made.signing_key.serialize_pem())?;
        arguments.extend(["--tls".to_owned(), chain.to_string_lossy().into_owned(), key.to_string_lossy().into_owned()]);
        certificate = Some(made.cert.der().clone());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = Process::start(&arguments).await?;
    let target = match certificate {
        Some(certificate) => Target::tls(&server.ready.address, certificate)?,
        None => Target::plain(&server.ready.address),
    };
    let idle = server.resident()?;

    let arriving = Arc::new(Semaphore::new(ARRIVING));
    let (parked, mut waiting) = mpsc::channel(visitors);
    let end = CancellationToken::new();
    for _ in 0..visitors {
        let (target, arriving, parked, end) = (target.clone(), arriving.clone(), parked.clone(), end.clone());
        tokio::spawn(async move {
            let begun = async {
                let _place = arriving.acquire().await?;
                let mut connection = target.connect().await?;
                let session = Session::start(&mut connection).await?;
                let mut polls = Polls::new(connection, session);
                polls.established().await?;
                Ok::<_, crate::Error>(polls)
            };
            let stays = async {
                match begun.await {
                    Ok(mut polls) => {
                        let _ = parked.send(Ok(())).await;
                        loop {
                            if let Err(error) = polls.next().await {
                                let _ = parked.send(Err(error)).await;
                                return;
                            }
                        }
                    }
                    Err(error) => drop(parked.send(Err(error)).await),
                }
            };
            tokio::select! { () = stays => {}, () = end.cancelled() => {} }
        });
    }
    for _ in 0..visitors {
        waiting.recv().await.ok_or("a visitor was lost")??;
    }
    tokio::time::sleep(settle).await;
    if let Ok(Err(lost)) = waiting.try_recv() {
        return Err(lost);
    }
    let full = server.resident()?;
    end.cancel();
    drop(server);
    Ok((full.saturating_sub(idle) as f64 / visitors as f64, idle))
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let visitors = if quick { 2_000 } else { 10_000 };
    let settle = Duration::from_secs(if quick { 5 } else { 60 });
    let start = {
        let folder = tempfile::tempdir()?;
        Process::deployed(&folder.path().join("data")).await?.resident()?
    };
    let mut figures = Vec::new();
    for (name, tls, most) in [("plain", false, 16.0), ("TLS", true, 28.0)] {
        let (each, idle) = parked(visitors, settle, tls).await?;
        let each = each / 1024.0;
        figures.push(Figure {
            what: format!("A16 {visitors} parked, {name}"),
            ours: format!("{each:.1} KiB each"),
            baseline: format!("idle {:.1} MB", idle as f64 / 1e6),
            figure: format!("{each:.1} KiB"),
            asked: format!("≤ {most} KiB"),
            met: each <= most,
            limit: if tls { "hyper's and rustls's buffers of a connection" } else { "hyper's buffers of a connection" },
        });
    }
    let start = start as f64 / 1e6;
    figures.push(Figure {
        what: "A16 the server at its start".into(),
        ours: format!("{start:.1} MB"),
        baseline: "-".into(),
        figure: format!("{start:.1} MB"),
        asked: "≤ 25 MB".into(),
        met: start <= 25.0,
        limit: "pages of the program itself: four fifths (/proc/PID/status)",
    });
    Ok(figures)
}
