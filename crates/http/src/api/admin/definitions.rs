//! Deployments, buttons, business hours, queues, skills, roles, rules, blocks, quick texts, connected apps, sources of events and
//! destinations: made, read, replaced, removed and listed in one way.

use axum::{extract::State, response::Response};
use domain::ids::{
    BlockId, ButtonId, ConnectedAppId, DeploymentId, DestinationId, EventSourceId, HoursId, QueueId, QuickTextId, RoleId, RuleId, SkillId,
};
use engine::{
    Directory,
    admin::Administered,
    definition,
    idempotency::{Done, Keep},
};
use native::{
    Instant, ListQuery, Page, Problem,
    admin::{
        Block, BlockSettings, Button, ButtonSettings, ConnectedApp, ConnectedAppSettings, Deployment, DeploymentSettings, Destination,
        DestinationSettings, EventSource, EventSourceSettings, Hours, HoursSettings, Queue, QueueSettings, QuickText, QuickTextSettings,
        Role, RoleSettings, Rule, RuleSettings, Skill, SkillSettings,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{after_name, asked, name_cursor};
use crate::api::{Answered, ApiState, Failure, Json, Path, Posted, Query, SignedIn, answer, extract::read_json, json, nothing};

/// How a definition looks on the wire.
pub(in crate::api) trait Shown: Administered {
    /// The body of `POST` and `PUT`.
    type Settings: Serialize + DeserializeOwned + Send + 'static;
    /// The answer.
    type Answer: Serialize;

    /// From the settings: their JSON is the definition's (a test holds them together).
    fn from_settings(settings: &Self::Settings) -> Answered<Self> {
        convert(settings)
    }

    /// The settings that a body says; what it leaves out is the default.
    fn read(_: &ApiState, body: serde_json::Value) -> Answered<Self::Settings> {
        read_json(body.to_string().as_bytes())
    }

    /// The answer.
    fn shown(&self, id: Self::Id, directory: &Directory) -> Answered<Self::Answer>;
}

/// A document laid over another: what it has counts, property by property.
fn over(under: serde_json::Value, body: serde_json::Value) -> serde_json::Value {
    use serde_json::Value::Object;
    match (under, body) {
        (Object(mut under), Object(body)) => {
            for (name, value) in body {
                let value = match under.remove(&name) {
                    Some(known) => over(known, value),
                    None => value,
                };
                under.insert(name, value);
            }
            Object(under)
        }
        (_, body) => body,
    }
}

/// One type as another whose JSON is the same.
pub(crate) fn convert<T: DeserializeOwned>(from: &impl Serialize) -> Answered<T> {
    serde_json::to_value(from).and_then(serde_json::from_value).map_err(|error| Failure::from(engine::Error::internal(error)))
}

pub(super) fn old_ids(id: impl Into<uuid::Uuid>, directory: &Directory) -> Vec<String> {
    directory.old_ids_of(id).map(str::to_owned).collect()
}

impl Shown for definition::Deployment {
    type Settings = DeploymentSettings;
    type Answer = Deployment;

    /// What is left out is what the operator set for deployments.
    fn read(state: &ApiState, body: serde_json::Value) -> Answered<DeploymentSettings> {
        let mut whole: serde_json::Value = convert(&state.app.settings().new_deployment)?;
        if let Some(whole) = whole.as_object_mut() {
            whole.remove("name");
        }
        read_json(over(whole, body).to_string().as_bytes())
    }

    fn shown(&self, id: DeploymentId, directory: &Directory) -> Answered<Deployment> {
        Ok(Deployment { id, old_ids: old_ids(id, directory), settings: convert(self)? })
    }
}

impl Shown for definition::Button {
    type Settings = ButtonSettings;
    type Answer = Button;

    fn shown(&self, id: ButtonId, directory: &Directory) -> Answered<Button> {
        Ok(Button { id, old_ids: old_ids(id, directory), settings: convert(self)? })
    }
}

impl Shown for definition::Hours {
    type Settings = HoursSettings;
    type Answer = Hours;

    fn shown(&self, id: HoursId, _: &Directory) -> Answered<Hours> {
        Ok(Hours { id, settings: convert(self)? })
    }
}

impl Shown for definition::Queue {
    type Settings = QueueSettings;
    type Answer = Queue;

    fn shown(&self, id: QueueId, _: &Directory) -> Answered<Queue> {
        Ok(Queue { id, settings: convert(self)? })
    }
}

impl Shown for definition::Skill {
    type Settings = SkillSettings;
    type Answer = Skill;

    fn shown(&self, id: SkillId, _: &Directory) -> Answered<Skill> {
        Ok(Skill { id, settings: convert(self)? })
    }
}

impl Shown for definition::Role {
    type Settings = RoleSettings;
    type Answer = Role;

    fn shown(&self, id: RoleId, _: &Directory) -> Answered<Role> {
        let settings = RoleSettings { name: self.name.clone(), permissions: convert(&self.permissions)? };
        Ok(Role { id, built_in: self.built_in, settings })
    }
}

impl Shown for definition::Rule {
    type Settings = RuleSettings;
    type Answer = Rule;

    fn shown(&self, id: RuleId, _: &Directory) -> Answered<Rule> {
        Ok(Rule { id, settings: convert(self)? })
    }
}

impl Shown for definition::Block {
    type Settings = BlockSettings;
    type Answer = Block;

    fn shown(&self, id: BlockId, _: &Directory) -> Answered<Block> {
        let settings = BlockSettings { from: self.from.clone(), to: self.to.clone(), note: self.note.clone() };
        Ok(Block { id, by: self.by, at: Instant(self.at), settings })
    }
}

impl Shown for definition::QuickText {
    type Settings = QuickTextSettings;
    type Answer = QuickText;

    fn shown(&self, id: QuickTextId, _: &Directory) -> Answered<QuickText> {
        Ok(QuickText { id, settings: convert(self)? })
    }
}

impl Shown for definition::ConnectedApp {
    type Settings = ConnectedAppSettings;
    type Answer = ConnectedApp;

    fn shown(&self, id: ConnectedAppId, _: &Directory) -> Answered<ConnectedApp> {
        Ok(ConnectedApp { id, settings: convert(self)? })
    }
}

impl Shown for definition::EventSource {
    type Settings = EventSourceSettings;
    type Answer = EventSource;

    fn shown(&self, id: EventSourceId, _: &Directory) -> Answered<EventSource> {
        Ok(EventSource { id, settings: convert(self)? })
    }
}

impl Shown for definition::Destination {
    type Settings = DestinationSettings;
    type Answer = Destination;

    fn shown(&self, id: DestinationId, _: &Directory) -> Answered<Destination> {
        Ok(Destination { id, settings: convert(self)? })
    }
}

async fn list<T: Shown>(state: ApiState, SignedIn(who): SignedIn, query: ListQuery) -> Answered<Response> {
    let directory = state.app.directory(who.workspace)?;
    let after = after_name(&query)?;
    let listed = state.app.list::<T>(&who, &asked(&query, after.as_ref())?)?;
    let items = listed.items.iter().map(|(id, item)| item.shown(*id, &directory)).collect::<Answered<Vec<_>>>()?;
    Ok(json(&Page { items, next: listed.next.map(name_cursor) }))
}

async fn create<T: Shown>(state: ApiState, SignedIn(who): SignedIn, posted: Posted<serde_json::Value>) -> Answered<Response> {
    who.require(T::PERMISSION)?;
    let (app, agent, reader) = (state.app.clone(), who.clone(), state.clone());
    let directory = app.directory(who.workspace)?;
    Ok(posted
        .once(&state, &who, move |body, once| async move {
            let settings = T::read(&reader, body)?;
            let render = move |made: &(T::Id, T)| match made.1.shown(made.0, &directory) {
                Ok(body) => answer(201, &body),
                Err(failure) => answer(failure.status(), failure.problem()),
            };
            let kept = render.clone();
            match app.create::<T>(&agent, T::from_settings(&settings)?, Some(Keep::new(once, kept))).await? {
                Done::Now(made) => Ok(render(&made)),
                Done::Before(answer) => Ok(answer),
            }
        })
        .await)
}

async fn read<T: Shown>(state: ApiState, SignedIn(who): SignedIn, id: uuid::Uuid) -> Answered<Response> {
    let id = T::Id::from(id);
    Ok(json(&state.app.read::<T>(&who, id)?.shown(id, &*state.app.directory(who.workspace)?)?))
}

async fn replace<T: Shown>(state: ApiState, SignedIn(who): SignedIn, id: uuid::Uuid, body: serde_json::Value) -> Answered<Response> {
    who.require(T::PERMISSION)?;
    let (id, settings) = (T::Id::from(id), T::read(&state, body)?);
    let kept = state.app.replace::<T>(&who, id, T::from_settings(&settings)?).await?;
    Ok(json(&kept.shown(id, &*state.app.directory(who.workspace)?)?))
}

async fn remove<T: Shown>(state: ApiState, SignedIn(who): SignedIn, id: uuid::Uuid) -> Answered<Response> {
    state.app.remove::<T>(&who, T::Id::from(id)).await?;
    Ok(nothing())
}

macro_rules! families {
    ($($module:ident, $definition:ident, $settings:ident, $answer:ident, $many:literal, $one:literal;)*) => {$(
        mod $module {
            use super::*;

            #[utoipa::path(get, path = $many, tag = "admin", operation_id = concat!(stringify!($module), "_list"), params(ListQuery),
                responses((status = 200, body = Page<$answer>), (status = 403, body = Problem)))]
            pub(super) async fn list(State(state): State<ApiState>, who: SignedIn, Query(query): Query<ListQuery>) -> Answered<Response> {
                super::list::<definition::$definition>(state, who, query).await
            }

            #[utoipa::path(post, path = $many, tag = "admin", operation_id = concat!(stringify!($module), "_create"), request_body = $settings,
                responses((status = 201, body = $answer), (status = 409, body = Problem), (status = 422, body = Problem)))]
            pub(super) async fn create(State(state): State<ApiState>, who: SignedIn, posted: Posted<serde_json::Value>) -> Answered<Response> {
                super::create::<definition::$definition>(state, who, posted).await
            }

            #[utoipa::path(get, path = $one, tag = "admin", operation_id = concat!(stringify!($module), "_read"), params(("id" = uuid::Uuid, Path)),
                responses((status = 200, body = $answer), (status = 404, body = Problem)))]
            pub(super) async fn read(State(state): State<ApiState>, who: SignedIn, Path(id): Path<uuid::Uuid>) -> Answered<Response> {
                super::read::<definition::$definition>(state, who, id).await
            }

            #[utoipa::path(put, path = $one, tag = "admin", operation_id = concat!(stringify!($module), "_replace"), params(("id" = uuid::Uuid, Path)),
                request_body = $settings,
                responses((status = 200, body = $answer), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
            pub(super) async fn replace(
                State(state): State<ApiState>,
                who: SignedIn,
                Path(id): Path<uuid::Uuid>,
                Json(body): Json<serde_json::Value>,
            ) -> Answered<Response> {
                super::replace::<definition::$definition>(state, who, id, body).await
            }

            #[utoipa::path(delete, path = $one, tag = "admin", operation_id = concat!(stringify!($module), "_remove"), params(("id" = uuid::Uuid, Path)),
                responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
            pub(super) async fn remove(State(state): State<ApiState>, who: SignedIn, Path(id): Path<uuid::Uuid>) -> Answered<Response> {
                super::remove::<definition::$definition>(state, who, id).await
            }
        }
    )*

        pub(super) fn routes() -> OpenApiRouter<ApiState> {
            OpenApiRouter::new()
            $(
                .routes(routes!($module::list, $module::create))
                .routes(routes!($module::read, $module::replace, $module::remove))
            )*
        }
    };
}

families! {
    deployments, Deployment, DeploymentSettings, Deployment, "/admin/deployments", "/admin/deployments/{id}";
    buttons, Button, ButtonSettings, Button, "/admin/buttons", "/admin/buttons/{id}";
    hours, Hours, HoursSettings, Hours, "/admin/hours", "/admin/hours/{id}";
    queues, Queue, QueueSettings, Queue, "/admin/queues", "/admin/queues/{id}";
    skills, Skill, SkillSettings, Skill, "/admin/skills", "/admin/skills/{id}";
    roles, Role, RoleSettings, Role, "/admin/roles", "/admin/roles/{id}";
    rules, Rule, RuleSettings, Rule, "/admin/rules", "/admin/rules/{id}";
    blocks, Block, BlockSettings, Block, "/admin/blocks", "/admin/blocks/{id}";
    connected_apps, ConnectedApp, ConnectedAppSettings, ConnectedApp, "/admin/connected-apps", "/admin/connected-apps/{id}";
    event_sources, EventSource, EventSourceSettings, EventSource, "/admin/event-sources", "/admin/event-sources/{id}";
    destinations, Destination, DestinationSettings, Destination, "/admin/destinations", "/admin/destinations/{id}";
    quick_texts, QuickText, QuickTextSettings, QuickText, "/admin/quick-texts", "/admin/quick-texts/{id}";
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// What is read as settings with all defaults is read as a definition with the same, and comes back the same.
    fn same<S: Serialize + DeserializeOwned, T: Serialize + DeserializeOwned>(least: Value, most: Value) {
        for given in [least, most] {
            let settings: S = serde_json::from_value(given.clone()).unwrap();
            let definition: T = serde_json::from_value(given).unwrap();
            let (ours, theirs) = (serde_json::to_value(&settings).unwrap(), serde_json::to_value(&definition).unwrap());
            assert_eq!(ours, theirs);
            assert_eq!(serde_json::to_value(serde_json::from_value::<S>(theirs).unwrap()).unwrap(), ours);
            assert_eq!(serde_json::to_value(serde_json::from_value::<T>(ours.clone()).unwrap()).unwrap(), ours);
        }
    }

    #[test]
    fn the_engines_documents_are_the_apis_settings() {
        let id = "0190163d-8694-739b-aea5-966c26f8ad91";
        same::<DeploymentSettings, definition::Deployment>(
            json!({"name": "Site"}),
            json!({
                "name": "Site", "allowed_origins": ["https://a.example"], "connection_timeout_ms": 1000, "connection_warning_ms": 500,
                "idle_backstop_seconds": 60, "show_queue_position": false, "visitor_transcript": false, "max_message_chars": 10,
                "files": {"max_bytes": 1, "media_types": ["image/*"], "unasked": true, "link_seconds": 60},
                "retention": {"conversation_days": 4, "message_days": 1, "file_days": 2, "detail_days": 3},
                "polling": {"batch": "all", "hold_seconds": 3, "own_end": "always", "timeout_unit": "seconds", "overlap": "conflict",
                    "first_sequence": 1, "insist_on_request_mark": true, "switch_server": "https://b.example/chat/rest"},
                "appearance": {"title": "Ask us", "logo_url": "/logo.png", "primary_color": "#003366", "background_color": "#ffffff",
                    "language": "de", "texts": {"offline.title": "Gone"}},
                "redirect_hosts": ["forms.example:8443"], "prechat_api": true
            }),
        );
        let routing = json!({
            "strategy": "most_available", "skills": [id], "skill_match": "all", "queue": id, "queueing": false, "queue_limit_per_agent": 1,
            "queue_limit_overall": 2, "push_timeout_seconds": null, "reroute_declined": false, "max_reroutes": 4, "auto_accept": true,
            "no_agent_grace_seconds": 5, "priority": -1
        });
        same::<ButtonSettings, definition::Button>(
            json!({"name": "Help"}),
            json!({
                "name": "Help", "active": false, "deployments": [id], "routing": routing, "greeting": "Hi", "agent_name": "We", "drafts": true,
                "idle_warning_seconds": 1, "idle_timeout_seconds": 2, "form_before": "https://a.example", "form_after": "https://a.example",
                "language": "de", "chat_page": "https://a.example/chat",
                "prechat_form": {"introduction": "Hello", "fields": [{
                    "label": "Topic", "kind": "choice", "required": true, "choices": ["A", "B"], "placeholder": "…", "is_name": true,
                    "visible_to_agent": false, "transcript_fields": ["Topic__c"],
                    "map": [{"entity": "Case", "field": "Subject", "find": true, "exact": true, "create": true}]
                }]},
                "survey": {"question": "How was it?", "comment": true}, "offline_form": {"introduction": "Write", "ask_phone": true},
                "invitation": {
                    "image_url": "https://a.example/i.png", "image_width": 10, "image_height": 20, "text": "Need help?", "animation": "slide",
                    "start": "top_left_top", "end": "center", "after_accept": true, "after_reject": true, "reject_after_seconds": 9,
                    "rules": [{"kind": "custom_variable", "name": "cart", "operator": "greater_or_equal", "value": "100"}], "filter": "NOT(1)"
                },
                "hours": id, "record_timing": "at_request"
            }),
        );
        same::<ButtonSettings, definition::Button>(
            json!({"name": "Help", "invitation": {}, "survey": {}, "offline_form": {}, "prechat_form": {"fields": []}}),
            json!({"name": "Help", "prechat_form": {"fields": [{"label": "Mail", "kind": "email"}]}}),
        );
        same::<HoursSettings, definition::Hours>(
            json!({"name": "Office", "time_zone": "UTC"}),
            json!({"name": "Office", "time_zone": "UTC", "weekly": [{"day": "monday", "from": "09:00", "to": "17:00"}],
                "holidays": [{"date": "2026-12-25", "name": "Christmas", "from": null, "to": null}]}),
        );
        same::<QueueSettings, definition::Queue>(json!({"name": "Line"}), json!({"name": "Line", "active": false, "routing": routing}));
        same::<SkillSettings, definition::Skill>(json!({"name": "French"}), json!({"name": "French"}));
        same::<RuleSettings, definition::Rule>(
            json!({"name": "Cards", "pattern": "x", "action": "remove", "applies_to": ["agent", "visitor", "supervisor"]}),
            json!({"name": "Cards", "pattern": "x", "action": "replace", "replacement": "y", "priority": 3, "active": false, "applies_to": []}),
        );
        same::<QuickTextSettings, definition::QuickText>(
            json!({"name": "Hours", "shortcut": "hours", "text": "We are here from nine to five."}),
            json!({"name": "Hours", "shortcut": "hours", "text": "Hello {visitor.name}", "folder": "General", "language": "en"}),
        );
        same::<DestinationSettings, definition::Destination>(
            json!({"name": "Hooks", "kind": "webhook", "url": "https://hooks.example/"}),
            json!({
                "name": "Events", "active": false, "kind": "endpoint", "url": "https://api.example/v1", "events": ["ended", "message_sent"],
                "with_bodies": true, "keep_days": 7
            }),
        );
        same::<ConnectedAppSettings, definition::ConnectedApp>(
            json!({"name": "Loader"}),
            json!({
                "name": "Loader", "description": "Nightly", "active": false, "client_id": "3MVG9.loader",
                "flows": ["authorization_code", "jwt_bearer", "client_credentials", "password"],
                "scopes": ["api", "refresh_token", "openid", "id", "profile", "email", "full"],
                "redirect_addresses": ["https://a.example/callback"], "certificate": "-----BEGIN PUBLIC KEY-----", "run_as": id,
                "users": "everyone", "agents": [id], "roles": [id], "confidential": false, "pkce_required": true,
                "rotate_refresh_tokens": false, "access_idle_minutes": 15, "refresh_idle_days": 30
            }),
        );
        same::<EventSourceSettings, definition::EventSource>(
            json!({"name": "Site"}),
            json!({
                "name": "Site", "active": false, "deployment": id, "write_keys": [{"key": "k", "note": "n"}],
                "mapping": {"entities": [{
                    "entity": "Contact", "from": "user", "save_to_transcript": "ContactId", "show_on_create": true,
                    "link": {"entity": "Case", "field": "ContactId"},
                    "rows": [{"path": "address.city", "label": "City", "field": "MailingCity", "display_to_agent": true, "find": true,
                        "exact": true, "create": true}, {"path": "a", "label": "A"}]
                }, {"entity": "Case", "from": "event", "rows": []}, {"entity": "Account", "from": "group", "rows": []}]},
                "browser": {"enabled": false, "strict": true, "logging": true}, "server": {"enabled": true, "keep_minutes": 5},
                "announce_started_by_page": true
            }),
        );
        same::<native::admin::AgentSettings, definition::Agent>(
            json!({"login": "ann", "name": "Ann"}),
            json!({
                "login": "ann", "name": "Ann", "public_name": "A", "active": false, "roles": [id], "skills": [id], "queues": [id], "capacity": 9,
                "greeting": "Hi", "auto_accept": true, "away_on_decline": true, "away_on_timeout": true, "critical_wait_seconds": 7,
                "after_work_seconds": null, "transfer_buttons": [id], "transfer_skills": []
            }),
        );
    }

    #[test]
    fn permissions_have_one_name() {
        for permission in domain::permission::Permission::ALL {
            let named = crate::api::sign_in::permission(*permission);
            assert_eq!(serde_json::to_value(named).unwrap(), permission.as_str());
            assert_eq!(convert::<native::admin::Permission>(permission).unwrap(), named);
        }
    }
}
