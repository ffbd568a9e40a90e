//! For which destinations an event is (12.5).

use serde_json::{Map, Value};

/// Whether an event's `integrations` let a destination have it: its own key counts more than `All`, which is true where it is absent; options in
/// place of `true` are `true`. Keys are case-sensitive.
pub fn allow(integrations: &Map<String, Value>, destination: &str) -> bool {
    let own = integrations.get(destination);
    match (own, integrations.get("All")) {
        (Some(Value::Bool(false)), _) => false,
        (own, Some(Value::Bool(false))) => own.is_some_and(|own| !own.is_null()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_destinations_own_key_counts_more_than_all() {
        for (integrations, allowed) in [
            (json!({}), true),
            (json!({"All": true}), true),
            (json!({"All": false}), false),
            (json!({"All": false, "Chat": true}), true),
            (json!({"All": false, "Chat": {"option": 1}}), true),
            (json!({"All": false, "chat": true}), false),
            (json!({"All": false, "Chat": null}), false),
            (json!({"All": true, "Chat": false}), false),
            (json!({"Chat": false}), false),
            (json!({"Other": false}), true),
        ] {
            assert_eq!(allow(integrations.as_object().unwrap(), "Chat"), allowed, "{integrations}");
        }
    }
}
