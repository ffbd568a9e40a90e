//! Wire types of Switchboard's own API, and its typed client.
//!
//! The API is made for an ideal client: the console, the widget, the robot, scripts of admins. Facades for other vendors' protocols are
//! adapted to the engine beside it; no vendor's word appears here. This crate holds the shapes and a client; it serves nothing.
//!
//! # Rules
//!
//! - All paths begin with `/api/v1`. Bodies are JSON in `snake_case`; unknown properties of a request are refused with 400 and their name.
//! - Ids are UUIDs. Instants are RFC 3339 in UTC with microseconds ([`Instant`]). Durations carry their unit in the name.
//! - Lists: `?cursor=&limit=` ([`PageQuery`]), those of admins `?search=` as well ([`ListQuery`]), answered as `{"items": […], "next": …}` ([`Page`]).
//! - Errors: `application/problem+json` ([`Problem`]) with a stable `type` ([`ProblemKind`]); 429 and 503 carry `Retry-After`.
//! - Every `POST` but sign-in carries `Idempotency-Key` (1–255 visible ASCII characters). For 24 hours the same key with the same body gets the
//!   same answer and nothing is done twice; with another body it is 422. Keys belong to the token (for `POST /visitor/conversations`: to the
//!   deployment). Of a multipart body the parts count, not the boundary between them. An answer of 5xx or 429 is not kept: the same key tries again.
//! - `Authorization: Bearer <token>`: agents' from `POST /sign-in`, visitors' from `POST /visitor/conversations`.
//! - 200 to a durable `POST` means that it is on disk.
//!
//! # Snapshot and stream
//!
//! A snapshot says its `position`; the event stream (`text/event-stream`) goes on `after` it without a gap. Event ids are [`Position`]s;
//! on reconnecting `Last-Event-ID` wins over `after`. `data` is one JSON object whose `event` says what it is; SSE's own `event` field is not
//! used. A comment at least every 15 s keeps the connection alive; `retry` tells how long to wait before coming back. `reset` ends the stream: read the
//! snapshot anew (but for `shutting_down`, after which the same position goes on). [`view`] holds the reducers that turn both into state; applying an event twice changes nothing.
//!
//! # Endpoints
//!
//! Visitors ([`visitor`]). All but the first three need the resume token.
//!
//! | request | body, query | answer |
//! |---|---|---|
//! | `POST /visitor/conversations` | [`visitor::StartConversation`] | 201 [`visitor::StartedConversation`] |
//! | `GET /visitor/availability` | [`visitor::AvailabilityQuery`] | [`visitor::Availability`] |
//! | `GET /visitor/settings` | [`entry::EntryQuery`] | [`entry::VisitorEntrySettings`] |
//! | `GET /visitor/conversation` | | [`visitor::VisitorSnapshot`] |
//! | `GET /visitor/events` | [`visitor::EventsQuery`] | stream of [`visitor::VisitorEvent`] |
//! | `POST /visitor/messages` | [`visitor::SendMessage`] | [`visitor::Accepted`] |
//! | `POST /visitor/custom-events` | [`visitor::SendCustomEvent`] | [`visitor::Accepted`] |
//! | `POST /visitor/page` | [`visitor::VisitPage`] | [`visitor::Accepted`] |
//! | `POST /visitor/typing` | [`visitor::SetTyping`] | 204 |
//! | `POST /visitor/draft` | [`visitor::SetDraft`] | 204 |
//! | `POST /visitor/idle-warning` | [`visitor::SetIdleWarning`] | 204 |
//! | `POST /visitor/files` | multipart [`visitor::UploadFile`] | 201 [`visitor::UploadedFile`] |
//! | `GET /visitor/files/{file}` | | the content |
//! | `DELETE /visitor/file-requests/{request}` | | 204 |
//! | `POST /visitor/rating` | [`conversation::Rating`] | [`visitor::Accepted`] |
//! | `GET /visitor/transcript` | | [`visitor::VisitorTranscript`] |
//! | `GET /visitor/transcript.txt` | | `text/plain` |
//! | `POST /visitor/offline-messages` | [`offline::LeaveOfflineMessage`] | 201 [`offline::LeftOfflineMessage`]; needs no token |
//! | `POST /visitor/end` | [`visitor::EndConversation`] | [`visitor::Accepted`] |
//!
//! Agents ([`agent`]).
//!
//! | request | body, query | answer |
//! |---|---|---|
//! | `POST /sign-in` | [`agent::SignIn`] | 201 [`agent::SignedIn`] |
//! | `DELETE /sign-in` | | 204 |
//! | `GET /me` | | [`agent::Me`] |
//! | `PUT /me/presence` | [`agent::SetPresence`] | [`agent::Me`] |
//! | `POST /me/password` | [`agent::ChangePassword`] | 204 |
//! | `POST /me/totp` | | 201 [`agent::TotpEnrolment`] |
//! | `POST /me/totp/confirm` | [`agent::TotpCode`] | 204 |
//! | `POST /me/totp/remove` | [`agent::TotpCode`] | 204 |
//! | `GET /directory` | | [`desk::Directory`] |
//! | `GET /quick-texts` | [`ListQuery`] | [`Page`] of [`admin::QuickText`] |
//! | `GET /snapshot` | | [`agent::AgentSnapshot`] |
//! | `GET /events` | [`visitor::EventsQuery`] | stream of [`agent::AgentEvent`] |
//! | `GET /offline-messages` | [`offline::OfflineMessagesQuery`] | [`Page`] of [`offline::OfflineMessage`] |
//! | `GET /offline-messages/{id}` | | [`offline::OfflineMessage`] |
//! | `PUT /offline-messages/{id}` | [`offline::UpdateOfflineMessage`] | [`offline::OfflineMessage`] |
//! | `GET /transfer-targets` | | [`agent::TransferTargets`] |
//! | `POST /offers/{offer}/accept` | | [`agent::Taken`] |
//! | `POST /offers/{offer}/decline` | [`agent::DeclineOffer`] | 204 |
//! | `GET /conversations/{id}` | | [`conversation::AgentConversation`] |
//! | `GET /board` | | [`desk::Board`] |
//! | `GET /figures` | [`figures::FiguresQuery`] | [`figures::Figures`] |
//! | `POST /conversations/{id}/take` | [`agent::TakeConversation`] | [`agent::Taken`] |
//! | `POST /conversations/{id}/monitor` | | [`visitor::Accepted`]; the conversation enters the view |
//! | `DELETE /conversations/{id}/monitor` | | 204 |
//! | `GET /conversations/{id}/entries` | [`agent::EntriesQuery`] | [`agent::Entries`] |
//! | `POST /conversations/{id}/messages` | [`visitor::SendMessage`] | [`visitor::Accepted`] |
//! | `POST /conversations/{id}/custom-events` | [`visitor::SendCustomEvent`] | [`visitor::Accepted`] |
//! | `POST /conversations/{id}/typing` | [`visitor::SetTyping`] | 204 |
//! | `POST /conversations/{id}/file-requests` | | 201 [`agent::FileRequested`] |
//! | `DELETE /conversations/{id}/file-requests/{request}` | | 204 |
//! | `GET /conversations/{id}/files` | | [`agent::Files`] |
//! | `POST /conversations/{id}/files` | multipart [`visitor::UploadFile`] | 201 [`visitor::UploadedFile`] |
//! | `GET /conversations/{id}/files/{file}` | | the content |
//! | `POST /conversations/{id}/files/{file}/link` | | 201 [`visitor::FileLink`] |
//! | `POST /conversations/{id}/notes` | [`desk::WriteNote`] | [`visitor::Accepted`] |
//! | `POST /conversations/{id}/flag` | [`desk::RaiseFlag`] | [`visitor::Accepted`] |
//! | `DELETE /conversations/{id}/flag` | | 204 |
//! | `POST /conversations/{id}/block` | [`desk::BlockVisitor`] | 201 [`admin::Block`] |
//! | `GET /conversations/{id}/past` | [`PageQuery`] | [`Page`] of [`admin::HistoryItem`]: the visitor's earlier ones |
//! | `POST /conversations/{id}/transfer` | [`agent::TransferConversation`] | [`visitor::Accepted`] |
//! | `POST /conversations/{id}/end` | [`visitor::EndConversation`] | [`visitor::Accepted`] |
//! | `POST /conversations/{id}/finish` | | 204; after-conversation work is done |
//! | `GET /conversations/{id}/transcript` | | [`conversation::Transcript`] |
//! | `GET /conversations/{id}/transcript.txt` | | `text/plain` |
//! | `GET /conversations/{id}/hidden-details` | | [`admin::HiddenDetails`] |
//! | `GET /conversations/{id}/records` | | [`record::ConversationRecords`] |
//! | `POST /conversations/{id}/records` | [`record::LinkRecord`] | [`record::ConversationRecords`] |
//! | `POST /conversations/{id}/records/new` | [`record::MakeRecord`] | [`record::ConversationRecords`] |
//! | `POST /conversations/{id}/records/{part}/choose` | [`record::ChooseRecord`] | [`record::ConversationRecords`] |
//! | `POST /conversations/{id}/records/{part}/make` | | [`record::ConversationRecords`] |
//! | `POST /conversations/{id}/records/{part}/retry` | | [`record::ConversationRecords`] |
//! | `POST /conversations/{id}/records/{part}/undo` | | [`record::ConversationRecords`] |
//! | `DELETE /conversations/{id}/records/{part}` | | 204 |
//! | `GET /records/entities` | | [`record::RecordEntities`] |
//! | `GET /records/form` | [`record::RecordFormQuery`] | [`record::RecordForm`] |
//! | `GET /records/search` | [`record::RecordsQuery`] | [`record::FoundRecords`] |
//! | `GET /crm/objects` | | [`crm::DataObjects`]; this and the rest by the rights of the CRM's user that the agent is |
//! | `GET /crm/objects/{object}` | | [`crm::DataObjectPage`] |
//! | `GET /crm/objects/{object}/records` | [`crm::DataQuery`] | [`crm::DataRows`] |
//! | `POST /crm/objects/{object}/records` | [`crm::MakeDataRow`] | 201 [`crm::DataRow`] |
//! | `GET /crm/objects/{object}/records/{id}` | | [`crm::DataRow`] |
//! | `PATCH /crm/objects/{object}/records/{id}` | [`crm::ChangeDataRow`] | [`crm::DataRow`] |
//! | `DELETE /crm/objects/{object}/records/{id}` | | 204 |
//! | `POST /crm/objects/{object}/records/{id}/restore` | | [`crm::DataRow`] |
//! | `GET /crm/objects/{object}/export` | [`crm::DataExportQuery`] | a file |
//! | `GET /files/{file}?expires=&signature=` | | the content; no token: what [`visitor::FileLink`] points to |
//!
//! Admins ([`admin`]). For each `THING` of the second table: `GET /admin/THINGs` ([`ListQuery`]; a page, by
//! name), `POST /admin/THINGs` (201), `GET`, `PUT` and `DELETE
//! /admin/THINGs/{id}`.
//!
//! | request | body, query | answer |
//! |---|---|---|
//! | `GET /admin/workspace` | | [`admin::Workspace`] |
//! | `PUT /admin/workspace` | [`admin::WorkspaceSettings`] | [`admin::Workspace`] |
//! | `POST /admin/agents/{id}/password` | [`admin::ResetPassword`] | 204 |
//! | `PUT /admin/agents/{id}/presence` | [`admin::SetAgentPresence`] | [`agent::Presence`] |
//! | `POST /admin/rules/try` | [`admin::TryRule`] | [`admin::TriedRule`] |
//! | `GET /admin/old-ids` | [`ListQuery`] | [`Page`] of [`admin::OldId`] |
//! | `PUT /admin/old-ids/{old_id}` | [`admin::OldIdSettings`] | [`admin::OldId`] |
//! | `DELETE /admin/old-ids/{old_id}` | | 204 |
//! | `GET /admin/knocks` | [`ListQuery`] | [`Page`] of [`admin::Knock`] |
//! | `DELETE /admin/knocks/{old_id}` | | 204 |
//! | `GET /admin/history` | [`admin::HistoryQuery`] | [`Page`] of [`admin::HistoryItem`] |
//! | `GET /admin/persons/{visitor}/export` | | [`admin::PersonExport`] |
//! | `POST /admin/persons/{visitor}/erase` | | [`admin::Erased`] |
//! | `POST /admin/connected-apps/{id}/secret` | [`admin::MakeAppSecret`] | 201 [`admin::NewAppSecret`] |
//! | `GET /admin/connected-apps/{id}/secrets` | | [`admin::AppSecrets`] |
//! | `DELETE /admin/connected-apps/{id}/secrets/{secret}` | | 204 |
//! | `GET /admin/connected-apps/{id}/grants` | [`ListQuery`] | [`Page`] of [`admin::AppGrant`] |
//! | `DELETE /admin/connected-apps/{id}/grants/{grant}` | | 204 |
//! | `DELETE /admin/connected-apps/{id}/tokens` | | [`admin::AppGrantsTakenBack`] |
//! | `POST /admin/destinations/{id}/secret` | [`admin::ReplaceDestinationSecret`] | 201 [`admin::NewDestinationSecret`] |
//! | `GET /admin/destinations/{id}/state` | | [`admin::DestinationState`] |
//! | `POST /admin/destinations/{id}/resume` | | 204 |
//! | `POST /admin/destinations/{id}/test` | | [`admin::DestinationTest`] |
//! | `GET /admin/destinations/{id}/funnel` | [`admin::FunnelQuery`] | [`admin::Funnel`] |
//! | `GET /admin/deliveries` | [`admin::DeliveriesQuery`] | [`Page`] of [`admin::Delivery`] |
//! | `GET /admin/deliveries/{id}` | | [`admin::WholeDelivery`] |
//! | `PUT /admin/deliveries/{id}/payload` | [`admin::RepairDelivery`] | 204 |
//! | `POST /admin/deliveries/{id}/send` | | 204 |
//! | `POST /admin/deliveries/{id}/discard` | | 204 |
//! | `POST /admin/deliveries/send` | [`admin::FilteredDeliveries`] | [`admin::DeliveriesDone`] |
//! | `POST /admin/deliveries/discard` | [`admin::FilteredDeliveries`] | [`admin::DeliveriesDone`] |
//! | `GET /admin/crm/objects` | [`admin::CrmObjectsQuery`] | [`admin::CrmObjects`] |
//! | `POST /admin/crm/objects` | [`admin::CrmObjectDefinition`] | 201 [`admin::CrmObject`] |
//! | `GET /admin/crm/objects/{object}` | | [`admin::CrmObjectPage`] |
//! | `PATCH /admin/crm/objects/{object}` | [`admin::CrmObjectChange`] | [`admin::CrmObject`] |
//! | `DELETE /admin/crm/objects/{object}` | | 204; it is dropped |
//! | `POST /admin/crm/objects/{object}/restore` | | [`admin::CrmObject`] |
//! | `POST /admin/crm/objects/{object}/erase` | | 204 |
//! | `POST /admin/crm/objects/{object}/fields` | [`admin::CrmFieldDefinition`] | 201 [`admin::CrmField`] |
//! | `GET /admin/crm/objects/{object}/fields/{field}` | | [`admin::CrmFieldPage`] |
//! | `PUT /admin/crm/objects/{object}/fields/{field}` | [`admin::CrmFieldDefinition`] | [`admin::CrmField`]; of a custom one |
//! | `PUT /admin/crm/objects/{object}/fields/{field}/standard` | [`admin::CrmStandardFieldDefinition`] | [`admin::CrmField`] |
//! | `DELETE /admin/crm/objects/{object}/fields/{field}` | | 204; it is dropped |
//! | `POST /admin/crm/objects/{object}/fields/{field}/restore` | | [`admin::CrmField`] |
//! | `POST /admin/crm/objects/{object}/fields/{field}/erase` | | 204 |
//! | `GET /admin/crm/rights` | | [`admin::CrmRightsHolders`] |
//! | `POST /admin/crm/rights` | [`admin::NewCrmRightsHolder`] | 201 [`admin::CrmRightsHolder`] |
//! | `GET /admin/crm/rights/{id}` | | [`admin::CrmHolderRights`] |
//! | `DELETE /admin/crm/rights/{id}` | | 204 |
//! | `PUT /admin/crm/rights/{id}/system` | [`admin::SetCrmSystemRights`] | [`admin::CrmHolderRights`] |
//! | `GET /admin/crm/rights/{id}/objects/{object}` | | [`admin::CrmObjectFieldRights`] |
//! | `PUT /admin/crm/rights/{id}/objects/{object}` | [`admin::SetCrmObjectRights`] | [`admin::CrmObjectFieldRights`] |
//! | `GET /admin/crm/users` | [`admin::CrmUsersQuery`] | [`Page`] of [`admin::CrmUser`] |
//! | `PUT /admin/crm/users/{id}` | [`admin::SetCrmUser`] | [`admin::CrmUser`] |
//! | `PUT /admin/crm/users/{id}/sets/{set}` | [`admin::AssignCrmSet`] | [`admin::CrmUser`] |
//! | `DELETE /admin/crm/users/{id}/sets/{set}` | | [`admin::CrmUser`] |
//! | `GET /admin/event-sources/{id}/identity-key` | | [`admin::IdentityKey`] |
//! | `POST /admin/event-sources/{id}/keys` | [`admin::NewWriteKey`] | 201 [`admin::WriteKey`] |
//! | `DELETE /admin/event-sources/{id}/keys/{key}` | | 204 |
//! | `GET /admin/event-sources/{id}/keys/{key}/webhook` | | [`admin::EventWebhook`] |
//! | `GET /admin/events` | [`admin::CustomerEventsQuery`] | [`admin::CustomerEvents`] |
//! | `GET /admin/events/{position}` | [`admin::InTheClear`] | [`admin::CustomerEvent`] |
//! | `GET /admin/profiles/{kind}/{key}` | [`admin::InTheClear`] | [`admin::Profile`] |
//! | `DELETE /admin/profiles/{kind}/{key}` | | 204 |
//! | `POST /admin/event-sources/read` | [`admin::ReadEventSource`] | [`admin::EventSourceReading`] |
//! | `POST /admin/event-sources/{id}/preview` | [`admin::PreviewMapping`] | [`admin::MappingPreview`] |
//! | `GET /admin/audit` | [`admin::AuditQuery`] | [`Page`] of [`admin::AuditLine`] |
//!
//! | `THING` | body of `POST` and `PUT` | answer |
//! |---|---|---|
//! | `deployment` | [`admin::DeploymentSettings`] | [`admin::Deployment`] |
//! | `button` | [`admin::ButtonSettings`] | [`admin::Button`] |
//! | `queue` | [`admin::QueueSettings`] | [`admin::Queue`] |
//! | `skill` | [`admin::SkillSettings`] | [`admin::Skill`] |
//! | `agent` | `POST` [`admin::NewAgent`], `PUT` [`admin::AgentSettings`] | [`admin::Agent`] |
//! | `role` | [`admin::RoleSettings`] | [`admin::Role`] |
//! | `rule` | [`admin::RuleSettings`] | [`admin::Rule`] |
//! | `block` | [`admin::BlockSettings`] | [`admin::Block`] |
//! | `connected-app` | [`admin::ConnectedAppSettings`] | [`admin::ConnectedApp`] |
//! | `event-source` | [`admin::EventSourceSettings`] | [`admin::EventSource`] |
//! | `destination` | [`admin::DestinationSettings`] | [`admin::Destination`] |
//! | `quick-text` | [`admin::QuickTextSettings`] | [`admin::QuickText`] |
//!
//! `/admin/hours` is the same with [`admin::HoursSettings`] and [`admin::Hours`].

pub mod admin;
pub mod agent;
pub mod client;
pub mod conversation;
pub mod crm;
pub mod desk;
pub mod entry;
pub mod figures;
mod instant;
pub mod offline;
mod page;
mod position;
mod problem;
pub mod record;
pub mod view;
pub mod visitor;

pub use instant::Instant;
pub use page::{ListQuery, Page, PageQuery};
pub use position::{NotAPosition, Position};
pub use problem::{Problem, ProblemKind};
