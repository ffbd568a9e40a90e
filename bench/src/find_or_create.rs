//! C13: from a visitor's POST that starts a conversation until its contact is linked, as the agent's stream tells it; p99 ÷ that of one contact
//! looked up by its address over REST, from the request to the answer, at the same pace on the same server.
//!
//! What is timed is all there is between the two: the conversation's own transaction, its routing and acceptance, the search in the CRM, for
//! every second visitor a new contact, the link, and the event. Visitors bring a form that finds by the address and makes whom it does not find.

use std::{collections::HashMap, sync::Arc, time::Duration};

use domain::ids::ConversationId;
use native::{agent::AgentEvent, client::EventStream, conversation::What};
use serde_json::json;
use tokio::{sync::Mutex, task::JoinSet, time::Instant};

use crate::{
    Result,
    latency::p99,
    stocked::{Serving, Stocked, email, sign_in},
    table::{Figure, median},
    visitor::Session,
};

/// Between two visitors, and between two look-ups: 20 a second.
const PACE: Duration = Duration::from_millis(50);
/// Connections that look up.
const READERS: usize = 8;
/// Nothing is waited for longer.
const PATIENCE: Duration = Duration::from_secs(30);
/// A step between two contacts that are asked for; prime to all powers of ten.
const STEP: usize = 7_919;

/// Seconds of each look-up.
async fn look_up(stocked: &Arc<Stocked>, server: &Arc<Serving>, many: usize) -> Result<Vec<f64>> {
    let mut connections = Vec::with_capacity(READERS);
    for _ in 0..READERS {
        connections.push(Arc::new(Mutex::new(server.target().connect().await?)));
    }
    let begun = Instant::now();
    let mut looks = JoinSet::new();
    for n in 0..many {
        let due = begun + PACE * u32::try_from(n)?;
        tokio::time::sleep_until(due).await;
        let (stocked, server, connection) = (stocked.clone(), server.clone(), connections[n % READERS].clone());
        looks.spawn(async move {
            let soql = format!("SELECT Id FROM Contact WHERE Email = '{}'", email(n * STEP % stocked.contacts));
            // One that waits for another's answer waits by the server's fault.
            connection.lock().await.succeed(server.query(&soql)?).await?;
            Ok::<_, crate::Error>(due.elapsed().as_secs_f64())
        });
    }
    let mut seconds = Vec::with_capacity(many);
    while let Some(look) = looks.join_next().await {
        seconds.push(look??);
    }
    Ok(seconds)
}

/// What a visitor told: every second one's address is known.
fn told(stocked: &Stocked, n: usize) -> (serde_json::Value, serde_json::Value) {
    let address = if n.is_multiple_of(2) { email(n * STEP % stocked.contacts) } else { format!("stranger.{n}@example.org") };
    let detail = |label: &str, value: &str| json!({"label": label, "value": value, "displayToAgent": true, "transcriptFields": []});
    let field = |name: &str, find: bool| json!({"fieldName": name, "label": name, "doFind": find, "isExactMatch": find, "doCreate": true});
    let entity = json!({
        "entityName": "Contact",
        "showOnCreate": false,
        "saveToTranscript": "ContactId",
        "linkToEntityName": null,
        "linkToEntityField": null,
        "entityFieldMaps": [field("Email", true), field("LastName", false)],
    });
    (json!([detail("Email", &address), detail("LastName", "Stranger")]), json!([entity]))
}

/// Hears when whose contact is linked.
async fn hear(mut stream: EventStream<AgentEvent>, many: usize) -> Result<HashMap<usize, Instant>> {
    let mut visitors: HashMap<ConversationId, usize> = HashMap::new();
    let mut linked = HashMap::with_capacity(many);
    while linked.len() < many {
        let event = tokio::time::timeout(PATIENCE, stream.next())
            .await
            .map_err(|_| format!("{} of {many} contacts were linked", linked.len()))??;
        let now = Instant::now();
        match event.event {
            AgentEvent::ConversationEntered { conversation } => {
                let name = conversation.visitor.name.as_ref().map(|name| name.reveal());
                let n = name.and_then(|name| name.parse().ok()).ok_or("a visitor who has no number")?;
                visitors.insert(conversation.id, n);
                if conversation.records_revision > 0 {
                    linked.insert(n, now);
                }
            }
            AgentEvent::Entry { conversation, entry } if matches!(entry.what, What::RecordsChanged { .. }) => {
                let n = visitors.get(&conversation).ok_or("records of a conversation that is not in view")?;
                linked.entry(*n).or_insert(now);
            }
            _ => {}
        }
    }
    Ok(linked)
}

/// Seconds until each visitor's contact was linked.
async fn start(stocked: &Arc<Stocked>, server: &Serving, many: usize) -> Result<Vec<f64>> {
    let target = server.target();
    let robot = server.process.ready.agents.first().ok_or("nobody is there")?;
    let (client, _) = sign_in(&server.process, robot).await?;
    let stream = client.events(client.snapshot().await?.position);
    let heard = tokio::spawn(hear(stream, many));
    let begun = Instant::now();
    let mut starts = JoinSet::new();
    for n in 0..many {
        tokio::time::sleep_until(begun + PACE * u32::try_from(n)?).await;
        let (stocked, target) = (stocked.clone(), target.clone());
        starts.spawn(async move {
            let (details, entities) = told(&stocked, n);
            let mut connection = target.connect().await?;
            let (_, asks) = Session::open(&mut connection, &n.to_string(), details, entities).await?;
            let sent = Instant::now();
            connection.succeed(asks).await?;
            Ok::<_, crate::Error>((n, sent))
        });
    }
    let mut sent = Vec::with_capacity(many);
    while let Some(start) = starts.join_next().await {
        sent.push(start??);
    }
    let linked = heard.await??;
    Ok(sent.into_iter().filter_map(|(n, sent)| Some((*linked.get(&n)? - sent).as_secs_f64())).collect())
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let (contacts, many, runs) = if quick { (100_000, 200, 1) } else { (1_000_000, 1_000, 3) };
    let stocked = Stocked::with(contacts).await?;
    let (mut looks, mut starts) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let own = Arc::new(stocked.copy()?);
        let server = Arc::new(own.serve().await?);
        // Whoever comes first finds nothing in memory.
        look_up(&own, &server, many / 10).await?;
        looks.push(p99(look_up(&own, &server, many).await?));
        starts.push(p99(start(&own, &server, many).await?));
    }
    let ratio = median(starts.iter().zip(&looks).map(|(start, look)| start / look).collect());
    let (start, look) = (median(starts) * 1e3, median(looks) * 1e3);
    Ok(vec![Figure {
        what: format!("C13 contact found or made at a conversation's start, of {contacts}, p99"),
        ours: format!("{start:.1} ms"),
        baseline: format!("looked up over REST {look:.1} ms"),
        figure: format!("{ratio:.2}"),
        asked: "≤ 5".into(),
        met: ratio <= 5.0,
        limit: "commits: each waits for the disk, and each step of a plan is one",
    }])
}
