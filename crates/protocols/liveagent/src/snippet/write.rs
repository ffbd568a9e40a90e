//! The codes for a site's pages (deployment_segment.md 8.1, 8.2), with our own host in them.

use std::fmt::Write as _;

use html_escape::{encode_double_quoted_attribute, encode_text};

use crate::ids::Id;

/// A deployment's code: once a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment<'a> {
    /// Where the server is, with neither a path nor a slash behind it: `https://chat.example.com`.
    pub host: &'a str,
    /// The organisation.
    pub organisation: Id,
    /// The deployment.
    pub deployment: Id,
}

impl Deployment<'_> {
    /// The address for `liveagent.init`.
    pub fn endpoint(&self) -> String {
        format!("{}/chat", self.host)
    }

    /// The code.
    pub fn code(&self) -> String {
        let (host, deployment, organisation) = (self.host, self.deployment, self.organisation);
        let src = format!("{host}/content/g/js/58.0/deployment.js");
        format!(
            "<script type=\"text/javascript\" src=\"{}\"></script>\n<script type=\"text/javascript\">\nliveagent.init({}, '{deployment}', '{organisation}');\n</script>\n",
            encode_double_quoted_attribute(&src),
            literal(&self.endpoint()),
        )
    }
}

/// How a button looks in a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ButtonStyle<'a> {
    /// Words while somebody is there, and others while nobody is.
    Text {
        /// While somebody is there.
        online: &'a str,
        /// While nobody is.
        offline: &'a str,
    },
    /// An image for each.
    Image {
        /// The address of the one while somebody is there.
        online: &'a str,
        /// The address of the other.
        offline: &'a str,
        /// What it shows, for who cannot see it.
        description: &'a str,
    },
}

/// A button's code: where the button shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button<'a> {
    /// The button.
    pub button: Id,
    /// How it looks.
    pub style: ButtonStyle<'a>,
}

impl Button<'_> {
    /// The code.
    pub fn code(&self) -> String {
        let id = self.button;
        let start = format!("onclick=\"liveagent.startChat('{id}')\"");
        let mut code = match &self.style {
            ButtonStyle::Text { online, offline } => format!(
                "<a id=\"liveagent_button_online_{id}\" href=\"javascript://Chat\" style=\"display: none;\" {start}>{}</a>\n\
                 <div id=\"liveagent_button_offline_{id}\" style=\"display: none;\">{}</div>\n",
                encode_text(online),
                encode_text(offline)
            ),
            ButtonStyle::Image { online, offline, description } => format!(
                "<img id=\"liveagent_button_online_{id}\" style=\"display: none; border: 0px none; cursor: pointer\" {start} src=\"{}\" alt=\"{}\" />\n\
                 <img id=\"liveagent_button_offline_{id}\" style=\"display: none; border: 0px none;\" src=\"{}\" alt=\"\" />\n",
                encode_double_quoted_attribute(online),
                encode_double_quoted_attribute(description),
                encode_double_quoted_attribute(offline)
            ),
        };
        let _ = write!(
            code,
            "<script type=\"text/javascript\">\nif (!window._laq) {{ window._laq = []; }}\nwindow._laq.push(function () {{\n\
             liveagent.showWhenOnline('{id}', document.getElementById('liveagent_button_online_{id}'));\n\
             liveagent.showWhenOffline('{id}', document.getElementById('liveagent_button_offline_{id}'));\n}});\n</script>\n"
        );
        code
    }
}

/// The code of an invitation that the page draws itself. One with an image of its own needs no code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation<'a> {
    /// The button that is an invitation.
    pub button: Id,
    /// What it says.
    pub text: &'a str,
    /// The word for taking it.
    pub accept: &'a str,
    /// The word for refusing it.
    pub refuse: &'a str,
}

impl Invitation<'_> {
    /// The code.
    pub fn code(&self) -> String {
        let id = self.button;
        format!(
            "<div id=\"liveagent_invite_button_{id}\" style=\"display:none; position:fixed;\">\n<p>{}</p>\n\
             <button type=\"button\" onclick=\"liveagent.startChat('{id}')\">{}</button>\n\
             <button type=\"button\" onclick=\"liveagent.rejectChat('{id}')\">{}</button>\n</div>\n",
            encode_text(self.text),
            encode_text(self.accept),
            encode_text(self.refuse)
        )
    }
}

/// A string of JavaScript that can stand in a `<script>`.
fn literal(text: &str) -> String {
    // JSON's strings are JavaScript's; `<` must not end the element, and quotes are those of the snippets.
    let json = serde_json::Value::from(text).to_string();
    let inner = json[1..json.len() - 1].replace("\\\"", "\"").replace('\'', "\\'").replace('<', "\\u003c");
    format!("'{inner}'")
}
