//! Agents: who they are, what they see, what they do.

mod board;
mod conversations;
mod directory;
mod events;
mod figures;
mod files;
mod flag;
mod hidden_details;
mod me;
mod messages;
mod monitor;
mod offers;
mod offline;
mod quick_texts;
mod records;
mod transcript;
mod transfer;
mod visitor_of;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::ApiState;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(directory::read))
        .routes(routes!(quick_texts::list))
        .routes(routes!(me::show))
        .routes(routes!(me::set_presence))
        .routes(routes!(me::snapshot))
        .routes(routes!(events::stream))
        .routes(routes!(offers::accept))
        .routes(routes!(offers::decline))
        .routes(routes!(offline::list))
        .routes(routes!(offline::read, offline::update))
        .routes(routes!(transfer::targets))
        .routes(routes!(transfer::transfer))
        .routes(routes!(conversations::show))
        .routes(routes!(conversations::entries))
        .routes(routes!(transcript::read))
        .routes(routes!(transcript::text))
        .routes(routes!(hidden_details::read))
        .routes(routes!(conversations::take))
        .routes(routes!(conversations::end))
        .routes(routes!(conversations::finish))
        .routes(routes!(files::list, files::send))
        .routes(routes!(files::content))
        .routes(routes!(files::link))
        .routes(routes!(files::request))
        .routes(routes!(files::withdraw))
        .routes(routes!(messages::send))
        .routes(routes!(messages::send_custom_event))
        .routes(routes!(messages::typing))
        .routes(routes!(messages::note))
        .routes(routes!(records::list, records::link))
        .routes(routes!(records::make))
        .routes(routes!(records::choose))
        .routes(routes!(records::make_planned))
        .routes(routes!(records::retry))
        .routes(routes!(records::undo))
        .routes(routes!(records::unlink))
        .routes(routes!(records::search))
        .routes(routes!(records::entities))
        .routes(routes!(records::form))
        .routes(routes!(flag::raise, flag::lower))
        .routes(routes!(board::read))
        .routes(routes!(figures::read))
        .routes(routes!(monitor::start, monitor::end))
        .routes(routes!(visitor_of::past))
        .routes(routes!(visitor_of::block))
}
