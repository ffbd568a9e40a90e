//! The resources of the protocol: which path and verb names which (1.1, 2).

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;

/// What all paths of the protocol begin with (1.1).
pub const BASE_PATH: &str = "/chat/rest/";
/// Path of file uploads (2.6), outside of [`BASE_PATH`].
pub const UPLOAD_PATH: &str = "/services/liveagent/file";

/// The verbs that the protocol uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// DELETE
    Delete,
}

impl Method {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Delete].into_iter().find(|method| method.as_str() == text)
    }
}

macro_rules! resources {
    ($($(#[$doc:meta])* $name:ident = $method:ident $prefix:literal / $noun:literal,)*) => {
        /// A resource with its verb.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Resource {
            $($(#[$doc])* $name,)*
        }

        impl Resource {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// First path element.
            pub fn prefix(self) -> &'static str {
                match self { $(Self::$name => $prefix,)* }
            }

            /// Second path element.
            pub fn noun(self) -> &'static str {
                match self { $(Self::$name => $noun,)* }
            }

            /// Its verb.
            pub fn method(self) -> Method {
                match self { $(Self::$name => Method::$method,)* }
            }
        }
    };
}

resources! {
    /// New session (2.1).
    SessionId = Get "System" / "SessionId",
    /// End of a session; its key is the third path element (2.1).
    EndSession = Delete "System" / "SessionId",
    /// New affinity token (2.1).
    ReconnectSession = Get "System" / "ReconnectSession",
    /// New key and token, old guides (2.1).
    ResyncSession = Get "System" / "ResyncSession",
    /// The long poll (2.4).
    Messages = Get "System" / "Messages",
    /// Several POSTs in one (2.3).
    MultiNoun = Post "System" / "MultiNoun",
    /// Several Visitor resources in one, JSONP only (2.7).
    MultiNounJsonp = Get "System" / "MultiNoun.jsonp",
    /// A visitor asks for a conversation (2.2).
    ChasitorInit = Post "Chasitor" / "ChasitorInit",
    /// The visitor restores its state (2.1).
    ChasitorResyncState = Post "Chasitor" / "ChasitorResyncState",
    /// A message (2.3).
    ChatMessage = Post "Chasitor" / "ChatMessage",
    /// The visitor types (2.3).
    ChasitorTyping = Post "Chasitor" / "ChasitorTyping",
    /// The visitor types no longer (2.3).
    ChasitorNotTyping = Post "Chasitor" / "ChasitorNotTyping",
    /// The visitor's draft (2.3).
    ChasitorSneakPeek = Post "Chasitor" / "ChasitorSneakPeek",
    /// An event of the application's own (2.3).
    CustomEvent = Post "Chasitor" / "CustomEvent",
    /// The visitor ends the chat (2.3).
    ChatEnd = Post "Chasitor" / "ChatEnd",
    /// The visitor was warned of the idle time-out (2.3).
    IdleWarning = Post "Chasitor" / "ChasitorIdleTimeoutWarningEvent",
    /// Text was masked by the visitor's client (2.3).
    ChasitorSensitiveData = Post "Chasitor" / "SensitiveDataRuleTriggered",
    /// Text was masked by the agent's client (2.3).
    AgentSensitiveData = Post "Agent" / "SensitiveDataRuleTriggered",
    /// Answer to a rich message (2.3).
    RichMessage = Post "Chasitor" / "RichMessage",
    /// Which buttons and agents can take a chat (2.5).
    Availability = Get "Visitor" / "Availability",
    /// What the buttons look like (2.5).
    Settings = Get "Visitor" / "Settings",
    /// New visitor session (2.5).
    VisitorId = Get "Visitor" / "VisitorId",
    /// The page that the visitor is on (2.5).
    Breadcrumb = Post "Visitor" / "Breadcrumb",
    /// What a site's pages said of the visitor, for its pre-chat page; our own (deployment_segment.md 6.4).
    PrechatDetails = Get "Visitor" / "PrechatDetails",
    /// [`Resource::PrechatDetails`] as JSONP.
    PrechatDetailsJsonp = Get "Visitor" / "PrechatDetails.jsonp",
    /// [`Resource::Availability`] as JSONP (2.7).
    AvailabilityJsonp = Get "Visitor" / "Availability.jsonp",
    /// [`Resource::Settings`] as JSONP (2.7).
    SettingsJsonp = Get "Visitor" / "Settings.jsonp",
    /// [`Resource::VisitorId`] as JSONP (2.7).
    VisitorIdJsonp = Get "Visitor" / "VisitorId.jsonp",
    /// [`Resource::Breadcrumb`] as JSONP, with `location` in the query (2.7).
    BreadcrumbJsonp = Get "Visitor" / "Breadcrumb.jsonp",
}

/// Why a path names no resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// Nothing has that name: 404.
    #[error("there is no such resource")]
    NotFound,
    /// The name is known, the verb is wrong: 405.
    #[error("the resource does not take this verb, only {allow}")]
    MethodNotAllowed {
        /// Value of the `Allow` header, such as `GET, DELETE`.
        allow: String,
    },
}

/// A request line that was understood.
#[derive(Clone, PartialEq, Eq)]
pub struct Route<'a> {
    /// The resource.
    pub resource: Resource,
    /// Third path element, percent-decoded: the session key of [`Resource::EndSession`], which may hold `/` (1.4).
    pub key: Option<Cow<'a, str>>,
}

impl fmt::Debug for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("resource", &self.resource).finish_non_exhaustive()
    }
}

impl Resource {
    /// Finds a resource by its two path elements, case-sensitively.
    ///
    /// # Errors
    /// [`RouteError`].
    pub fn named(prefix: &str, noun: &str, method: Method) -> Result<Self, RouteError> {
        Self::find(prefix, noun, Some(method))
    }

    fn find(prefix: &str, noun: &str, method: Option<Method>) -> Result<Self, RouteError> {
        let known = || Self::ALL.iter().copied().filter(|resource| resource.noun() == noun && resource.prefix() == prefix);
        if let Some(resource) = known().find(|resource| Some(resource.method()) == method) {
            return Ok(resource);
        }
        let allow: Vec<&str> = known().map(|resource| resource.method().as_str()).collect();
        if allow.is_empty() { Err(RouteError::NotFound) } else { Err(RouteError::MethodNotAllowed { allow: allow.join(", ") }) }
    }

    /// The path from the root, without the key of [`Resource::EndSession`].
    pub fn path(self) -> String {
        format!("{BASE_PATH}{}/{}", self.prefix(), self.noun())
    }

    /// Whether the session key is required (1.2): everything after SessionId but `Visitor/*`.
    pub fn needs_session(self) -> bool {
        self.prefix() != "Visitor" && !matches!(self, Self::SessionId | Self::EndSession | Self::MultiNounJsonp)
    }

    /// Whether the POST's number is looked at (1.3).
    pub fn has_sequence(self) -> bool {
        self.method() == Method::Post
            && !matches!(self, Self::ChasitorResyncState | Self::Breadcrumb | Self::ChasitorSensitiveData | Self::AgentSensitiveData)
    }

    /// Whether the answer is JSONP.
    pub fn is_jsonp(self) -> bool {
        self.noun().ends_with(".jsonp")
    }
}

/// Understands a request line. `path` is the part of the URL before `?`, from the root or after [`BASE_PATH`]; one trailing slash is
/// accepted (1.1). OPTIONS is not for this function.
///
/// # Errors
/// [`RouteError`].
pub fn route<'a>(method: &str, path: &'a str) -> Result<Route<'a>, RouteError> {
    let path = path.strip_prefix(BASE_PATH).unwrap_or(path);
    let mut parts = path.splitn(3, '/');
    let (prefix, noun, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let method = Method::parse(method);
    if (prefix, noun) == ("System", "SessionId") {
        let key = rest.strip_suffix('/').unwrap_or(rest);
        let only = |allow: Method| RouteError::MethodNotAllowed { allow: allow.as_str().to_owned() };
        return match (method, key.is_empty()) {
            (Some(Method::Get), true) => Ok(Route { resource: Resource::SessionId, key: None }),
            (Some(Method::Delete), false) => {
                Ok(Route { resource: Resource::EndSession, key: Some(percent_decode_str(key).decode_utf8_lossy()) })
            }
            (_, true) => Err(only(Method::Get)),
            (_, false) => Err(only(Method::Delete)),
        };
    }
    if !rest.is_empty() {
        return Err(RouteError::NotFound);
    }
    Resource::find(prefix, noun, method).map(|resource| Route { resource, key: None })
}
