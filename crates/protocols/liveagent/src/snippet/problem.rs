//! What a person must know about what was read: typed, with a sentence each.

use std::fmt;

use serde::Serialize;

use super::Field;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The values can be used; look at them.
    Warning,
    /// Something is missing, or somebody must choose.
    Error,
}

/// What is wrong with a paste.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// It is longer than [`super::LIMIT`]; nothing was read.
    TooLong,
    /// Nothing in it is of a snippet.
    NothingFound,
    /// It is of the newer product, which has no deployments and buttons.
    MessagingForWeb,
    /// No `liveagent.init(…)` and nothing that stands for it.
    DeploymentCodeMissing,
    /// No button in it.
    ButtonCodeMissing,
    /// The ids are there, the server's address is not.
    EndpointMissing,
    /// There is a deployment, but no organisation.
    OrganisationMissing,
    /// More than one organisation.
    SeveralOrganisations,
    /// Several calls of `init` with different values.
    SeveralDeployments,
    /// More than one address of the server.
    SeveralEndpoints,
    /// More than one button: choose.
    SeveralButtons,
    /// A call's arguments are in another order than the snippet's.
    WrongOrder,
    /// A call has variables where values are needed.
    Variables,
    /// A value is made by a template language when the page is made.
    Template,
    /// All that was found is commented out.
    OnlyCommentedOut,
    /// The last three of an id's 18 characters do not fit the others.
    Checksum,
    /// An id does not begin as one of its kind does.
    UnusualPrefix,
    /// An address that no server could have.
    EndpointRefused,
    /// The address is not https.
    NotEncrypted,
    /// The paste ends within a call.
    CutOff,
}

impl ProblemKind {
    /// Whether somebody must do something about it.
    pub fn severity(self) -> Severity {
        match self {
            Self::WrongOrder | Self::Template | Self::Checksum | Self::UnusualPrefix | Self::NotEncrypted | Self::CutOff => {
                Severity::Warning
            }
            _ => Severity::Error,
        }
    }
}

/// One problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// Which.
    pub kind: ProblemKind,
    /// Of which value, if of one.
    pub field: Option<Field>,
    /// Where in the paste, in bytes, if somewhere.
    pub offset: Option<usize>,
}

impl fmt::Display for Problem {
    /// A sentence for the person who pasted. It repeats nothing of the paste.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.field.map_or("value", Field::name);
        match self.kind {
            ProblemKind::TooLong => f.write_str("This is more than 64 KiB: paste the two snippets only, not the whole page."),
            ProblemKind::NothingFound => {
                f.write_str("No Live Agent snippet was found in this: paste the deployment code and the chat button code as they stand in the page.")
            }
            ProblemKind::MessagingForWeb => f.write_str(
                "This is a snippet of Messaging for In-App and Web. It has no deployment and button ids, so nothing can be taken over from it: \
                 paste the deployment code of Live Agent or of Embedded Service, or make a new button here and use its code.",
            ),
            ProblemKind::DeploymentCodeMissing => {
                f.write_str("The deployment code is missing: paste the part with liveagent.init(…), or that of Embedded Service with embedded_svc.init(…), too.")
            }
            ProblemKind::ButtonCodeMissing => {
                f.write_str("The chat button code is missing: paste the part with liveagent.showWhenOnline(…) or liveagent.startChat(…), too.")
            }
            ProblemKind::EndpointMissing => f.write_str("The server's address is missing: give the one that ends in /chat."),
            ProblemKind::OrganisationMissing => f.write_str("The organisation id is missing: give the one that begins with 00D."),
            ProblemKind::SeveralOrganisations => {
                f.write_str("There are several organisations in this: the snippets belong to different systems. Paste those of one.")
            }
            ProblemKind::SeveralDeployments => f.write_str("There are several deployments in this: paste the deployment code of one page, or choose one."),
            ProblemKind::SeveralEndpoints => f.write_str("There are several server addresses in this: choose one."),
            ProblemKind::SeveralButtons => f.write_str("There are several buttons in this: choose one."),
            ProblemKind::WrongOrder => {
                f.write_str("The arguments are not in the order address, deployment, organisation. The values were told apart by what they look like: check them.")
            }
            ProblemKind::Variables => write!(
                f,
                "The {what} is a variable or a placeholder where the code uses it. Code is read here, never run: paste it with the values in it, or check \
                 those that were found elsewhere."
            ),
            ProblemKind::Template => {
                write!(f, "The {what} is put in by a template when the page is made: paste the code as the browser gets it, or give the value yourself.")
            }
            ProblemKind::OnlyCommentedOut => f.write_str("All of this code is commented out: check whether it is the one in use."),
            ProblemKind::Checksum => write!(
                f,
                "The last three characters of the {what} id do not fit the others, so a letter may have been changed. The first 15 are used: check them."
            ),
            ProblemKind::UnusualPrefix => write!(f, "The {what} id does not begin as such ids do: check that it is the right one."),
            ProblemKind::EndpointRefused => f.write_str("The server's address cannot be used: it must be like https://chat.example.com/chat, without a user name."),
            ProblemKind::NotEncrypted => f.write_str("The server's address is not https."),
            ProblemKind::CutOff => f.write_str("The paste ends in the middle of a call: something may be missing."),
        }
    }
}
