//! What is written is read back the same, also bent; and nothing that is pasted breaks the reader.

use proptest::{collection::vec, prelude::*, sample::select};
use switchboard_liveagent::{
    ids::Id,
    snippet::{Button, ButtonStyle, Confidence, Deployment, Field, Invitation, LIMIT, read},
};

use super::world::both;

fn id(prefix: &'static str) -> impl Strategy<Value = Id> {
    "[0-9A-Za-z]{12}".prop_map(move |rest| Id::parse(&format!("{prefix}{rest}")).unwrap())
}

fn host() -> impl Strategy<Value = String> {
    ("https?", "[a-z][a-z0-9]{0,8}", vec("[a-z][a-z0-9-]{0,8}[a-z]", 0..4), proptest::option::of(1024u16..)).prop_map(
        |(scheme, first, labels, port)| {
            let labels: Vec<_> = std::iter::once(first).chain(labels).collect();
            format!("{scheme}://{}{}", labels.join("."), port.map(|port| format!(":{port}")).unwrap_or_default())
        },
    )
}

fn style(words: (String, String, String), image: bool) -> (bool, String, String, String) {
    (image, words.0, words.1, words.2)
}

/// How pastes are bent on their way.
fn bent(code: String, how: u8) -> String {
    match how {
        0 => code,
        1 => html_escape::encode_quoted_attribute(&code).into_owned(),
        2 => serde_json::to_string(&code).unwrap(),
        3 => code.replace('\n', "\r\n"),
        4 => format!("\u{feff}<html><body>{code}</body></html>"),
        5 => html_escape::encode_quoted_attribute(&html_escape::encode_quoted_attribute(&code).into_owned()).into_owned(),
        _ => serde_json::json!({ "html": code, "n": 1 }).to_string().replace('/', "\\/"),
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        ids in (id("00D"), id("572"), id("573")),
        host in host(),
        words in ("\\PC{0,12}", "\\PC{0,12}", "\\PC{0,12}"),
        image in any::<bool>(),
        how in 0u8..7,
    ) {
        let (organisation, deployment, button) = ids;
        let of_page = Deployment { host: &host, organisation, deployment };
        let (image, online, offline, description) = style(words, image);
        let style = if image {
            ButtonStyle::Image { online: &online, offline: &offline, description: &description }
        } else {
            ButtonStyle::Text { online: &online, offline: &offline }
        };
        let of_button = Button { button, style };
        let pasted = bent(format!("{}{}", of_page.code(), of_button.code()), how);
        let reading = read(&pasted);
        let endpoint = of_page.endpoint();
        for (field, value) in [
            (Field::Endpoint, endpoint.as_str()),
            (Field::Content, &format!("{host}/content")),
            (Field::Organisation, organisation.as_str()),
            (Field::Deployment, deployment.as_str()),
            (Field::Button, button.as_str()),
        ] {
            prop_assert_eq!(reading.value(field), Some(value), "{:?} of {}\n{:#?}", field, pasted, reading);
            prop_assert!(reading.found.iter().any(|found| found.field == field && found.confidence == Confidence::Certain));
        }
        prop_assert!(reading.problems.iter().all(|problem| problem.kind == switchboard_liveagent::snippet::ProblemKind::NotEncrypted), "{:#?}", reading);
    }

    #[test]
    fn an_invitation_is_read_back_as_a_button(button in id("573"), text in "\\PC{0,20}") {
        let code = Invitation { button, text: &text, accept: &text, refuse: &text }.code();
        let reading = read(&code);
        prop_assert_eq!(reading.value(Field::Button), Some(button.as_str()), "{}", code);
    }

    #[test]
    fn no_paste_breaks_the_reader(pasted in any::<String>()) {
        read(&pasted);
    }

    #[test]
    fn no_piece_of_a_snippet_breaks_the_reader(
        pieces in vec(
            prop_oneof![
                select(vec![
                    "liveagent.init(", "embedded_svc.init(", "embeddedservice_bootstrap", "startChat(", "'", "\"", "`", "\u{2019}", "\u{201c}", "(", ")", "[", "]",
                    "{", "}", ",", ".", "\\", "\\u00", "\\u003c", "/*", "*/", "//", "<!--", "-->", "<", ">", "<a ", "id=", "href=", "javascript:", "%2", "%27",
                    "<script", "</script>", "&", "&lt;", "&#39;", "&#x110000;", "&#", "\n", "\r", " ", "\u{a0}", "\u{feff}", "573A0000000GbAx", "572A00000004CAaIAM",
                    "00DA0000000XYzQ", "005A0000001AgEn_", "https://d.x.test/chat", "//c.x.test/content/g/", "https://[", "http://\u{fffd}/chat", "é", "😀",
                    "liveagent_button_online_", "data-liveagent-orgid=",
                ]).prop_map(str::to_owned),
                "\\PC{0,3}",
            ],
            0..60,
        ),
    ) {
        let pasted = pieces.concat();
        let reading = read(&pasted);
        for found in &reading.found {
            prop_assert!(found.offset <= pasted.len());
            // Whatever is given is inert: ids, and addresses of the web.
            let inert = found.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-_~%[]!$&()*+,;=@".contains(&byte));
            prop_assert!(inert, "{:?}", found.value);
        }
    }

    #[test]
    fn a_snippet_cut_anywhere_breaks_nothing(from in 0usize..2_000, to in 0usize..2_000, how in 0u8..7) {
        let whole = bent(both(), how);
        let (from, to) = (from.min(whole.len()), to.min(whole.len()));
        if let Some(piece) = whole.get(from.min(to)..from.max(to)) {
            read(piece);
        }
    }

    #[test]
    fn the_limit_is_a_limit(extra in 1usize..100) {
        prop_assert!(read(&"x".repeat(LIMIT + extra)).found.is_empty());
    }
}
