//! A chat in twenty lines: says what its arguments after the four values say, and prints what the agent answers.
//!
//! `cargo run -p switchboard-client --example chat -- http://127.0.0.1:8080 00DSB0000000001 572SB0000000001 573SB0000000001 Hello`

use liveagent::ServerMessage;
use liveagent::init::ChasitorInit;
use switchboard_client::{Chat, ChatOptions, Endpoint, Event, liveagent};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [host, org, deployment, button, words @ ..] = &std::env::args().skip(1).collect::<Vec<_>>()[..] else {
        return Err("give host, organisation, deployment and button, then what to say".into());
    };
    let (organization_id, deployment_id, button_id) = (org.clone(), deployment.clone(), Some(button.clone()));
    let request = ChasitorInit { organization_id, deployment_id, button_id, ..Default::default() };
    let (chat, mut events) = Chat::start(&Endpoint::new(host)?, request, ChatOptions::default()).await?;
    while let Some(event) = events.next().await {
        match event {
            Event::Server { message: ServerMessage::ChatEstablished(_), .. } => drop(chat.message(words.join(" "))),
            Event::Server { message: ServerMessage::ChatMessage(said), .. } => {
                eprintln!("{}: {}", *said.name, *said.text);
                drop(chat.end("client"));
            }
            Event::Ended(how) => eprintln!("{how}"),
            _ => {}
        }
    }
    Ok(())
}
