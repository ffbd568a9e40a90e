//! A typed POST as what travels: prefix, noun and JSON body.

use liveagent::Post;
use liveagent::multi_noun::{MultiNoun, NounCall};
use liveagent::resource::Resource;

use crate::endpoint::json;
use crate::saved::SavedPost;

/// Makes a POST ready to wait for its turn.
pub(crate) fn ready(post: &Post, key: String) -> SavedPost {
    let (resource, body) = wire(post);
    SavedPost { key, prefix: resource.prefix().to_owned(), noun: resource.noun().to_owned(), body, sequence: None, unanswered: false }
}

/// Several POSTs as one, which the endpoint carries out in order.
pub(crate) fn together(posts: &[Post]) -> Post {
    let nouns = posts.iter().map(|post| {
        let (resource, body) = wire(post);
        NounCall { prefix: resource.prefix().to_owned(), noun: resource.noun().to_owned(), body: body.into() }
    });
    Post::MultiNoun(MultiNoun { nouns: nouns.collect() })
}

fn wire(post: &Post) -> (Resource, String) {
    match post {
        Post::Init(body) => (Resource::ChasitorInit, json(body)),
        Post::ResyncState(body) => (Resource::ChasitorResyncState, json(body)),
        Post::Message(body) => (Resource::ChatMessage, json(body)),
        Post::Typing => (Resource::ChasitorTyping, "{}".to_owned()),
        Post::NotTyping => (Resource::ChasitorNotTyping, "{}".to_owned()),
        Post::SneakPeek(body) => (Resource::ChasitorSneakPeek, json(body)),
        Post::CustomEvent(body) => (Resource::CustomEvent, json(body)),
        Post::End(body) => (Resource::ChatEnd, json(body)),
        Post::IdleWarning(body) => (Resource::IdleWarning, json(body)),
        Post::SensitiveData(body) if body.chat_id.is_some() => (Resource::AgentSensitiveData, json(body)),
        Post::SensitiveData(body) => (Resource::ChasitorSensitiveData, json(body)),
        Post::RichMessage(body) => (Resource::RichMessage, json(body)),
        Post::MultiNoun(body) => (Resource::MultiNoun, body.encode()),
        Post::Breadcrumb(body) => (Resource::Breadcrumb, json(body)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use liveagent::chat::{ChatEnd, ChatMessage};

    #[test]
    fn what_is_made_ready_is_what_a_server_decodes() {
        let posts = [
            Post::Message(ChatMessage::new("héllo \"you\"")),
            Post::Typing,
            Post::End(ChatEnd::because("client")),
            together(&[Post::Message(ChatMessage::new("a")), Post::NotTyping]),
        ];
        for post in posts {
            let ready = ready(&post, "k".into());
            let resource = Resource::named(&ready.prefix, &ready.noun, liveagent::resource::Method::Post).unwrap();
            assert_eq!(Post::decode(resource, ready.body.as_bytes()).unwrap(), post);
        }
    }
}
