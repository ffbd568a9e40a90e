//! What is called: the six calls, and the paths under which they and batches are posted (12.1).

/// One of the six calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// Who somebody is.
    Identify,
    /// What somebody did.
    Track,
    /// Which page was seen.
    Page,
    /// Which screen of an app was seen.
    Screen,
    /// To which group somebody belongs.
    Group,
    /// Two ids are one person.
    Alias,
}

impl Call {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Identify, Self::Track, Self::Page, Self::Screen, Self::Group, Self::Alias];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::Track => "track",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Alias => "alias",
        }
    }

    /// By the name that an event's `type` has. Case does not matter.
    #[must_use]
    pub fn from_type(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.as_str().eq_ignore_ascii_case(name.trim()))
    }
}

/// What is behind a path under `/v1/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// One event, of this call whatever its `type` says.
    One(Call),
    /// Many events: `batch`, `b`, and `import` of old libraries.
    Batch,
    /// What analytics.js counts about itself: to be answered and forgotten.
    Metrics,
}

impl Endpoint {
    /// By the path after `/v1/`: the call's name, or its first letter as analytics.js has it (12.1).
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        Some(match path {
            "b" | "batch" | "import" => Self::Batch,
            "m" => Self::Metrics,
            _ => Self::One(Call::ALL.into_iter().find(|call| call.as_str() == path || call.as_str()[..1] == *path)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_the_reference_leads_somewhere() {
        for (paths, endpoint) in [
            (&["identify", "i"][..], Endpoint::One(Call::Identify)),
            (&["track", "t"], Endpoint::One(Call::Track)),
            (&["page", "p"], Endpoint::One(Call::Page)),
            (&["screen", "s"], Endpoint::One(Call::Screen)),
            (&["group", "g"], Endpoint::One(Call::Group)),
            (&["alias", "a"], Endpoint::One(Call::Alias)),
            (&["batch", "b", "import"], Endpoint::Batch),
            (&["m"], Endpoint::Metrics),
        ] {
            for path in paths {
                assert_eq!(Endpoint::from_path(path), Some(endpoint), "{path}");
            }
        }
        for path in ["", "x", "Track", "tr", "batch/", "projects"] {
            assert_eq!(Endpoint::from_path(path), None, "{path}");
        }
        assert_eq!(Call::from_type(" Track "), Some(Call::Track));
        assert_eq!(Call::from_type("t"), None);
    }
}
