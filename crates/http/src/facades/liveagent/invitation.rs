//! Invitations as deployment.js takes them (deployment_segment.md 5.2).

use engine::definition::{
    Invitation, InvitationAnimation, InvitationEnd, InvitationOperator, InvitationRule, InvitationRuleKind, InvitationStart,
};
use liveagent::visitor as wire;
use serde_json::{Map, Value, json};

/// What a button's entry in `Settings` says of its invitation. `public_url` is where images of our own host are.
pub(super) fn shown(invitation: &Invitation, public_url: &str) -> wire::Invitation {
    let image = invitation.image_url.as_deref().unwrap_or_default();
    wire::Invitation {
        // The page is of another origin, where a path alone would lead elsewhere.
        invite_image_url: if image.starts_with('/') { format!("{}{image}", public_url.trim_end_matches('/')) } else { image.to_owned() },
        invite_image_width: invitation.image_width.map_or(0, i64::from),
        invite_image_height: invitation.image_height.map_or(0, i64::from),
        invite_text: invitation.text.clone().unwrap_or_default(),
        invite_renderer: animation(invitation.animation).to_owned(),
        invite_start_position: start(invitation.start).to_owned(),
        invite_end_position: end(invitation.end).to_owned(),
        has_invite_after_accept: invitation.after_accept,
        has_invite_after_reject: invitation.after_reject,
        invite_reject_time: invitation.reject_after_seconds.map_or(-1, i64::from),
        invite_rules: rules(invitation).into(),
    }
}

/// JSON in a string: that is how pages read it, whatever the guide says (deployment_segment.md 3).
fn rules(invitation: &Invitation) -> String {
    let rules: Map<String, Value> = (1..).zip(&invitation.rules).map(|(order, told)| (order.to_string(), rule(order, told))).collect();
    // Without one all must hold; it takes two at a time.
    let all = || (1..=invitation.rules.len()).map(|order| order.to_string()).rev().reduce(|rest, order| format!("AND({order},{rest})"));
    let filter = invitation.filter.clone().or_else(all).unwrap_or_default();
    json!({"rules": rules, "filter": filter}).to_string()
}

fn rule(order: usize, rule: &InvitationRule) -> Value {
    let mut told = json!({"order": order, "type": kind(rule.kind), "operator": operator(rule.operator), "value": rule.value});
    if let Some(name) = &rule.name {
        told["name"] = name.as_str().into();
    }
    told
}

fn kind(kind: InvitationRuleKind) -> &'static str {
    match kind {
        InvitationRuleKind::PageViews => "NUMBER_OF_PAGE_VIEWS",
        InvitationRuleKind::Url => "URL_MATCH",
        InvitationRuleKind::SecondsOnPage => "SECONDS_ON_PAGE",
        InvitationRuleKind::SecondsOnSite => "SECONDS_ON_SITE",
        InvitationRuleKind::CustomVariable => "CUSTOM_VARIABLE",
    }
}

fn operator(operator: InvitationOperator) -> &'static str {
    match operator {
        InvitationOperator::Equals => "EQUALS",
        InvitationOperator::NotEquals => "NOT_EQUAL",
        InvitationOperator::StartsWith => "START_WITH",
        InvitationOperator::Contains => "CONTAINS",
        InvitationOperator::NotContains => "NOT_CONTAIN",
        InvitationOperator::Less => "LESS_THAN",
        InvitationOperator::Greater => "GREATER_THAN",
        InvitationOperator::LessOrEqual => "LESS_OR_EQUAL",
        InvitationOperator::GreaterOrEqual => "GREATER_OR_EQUAL",
    }
}

fn animation(animation: InvitationAnimation) -> &'static str {
    match animation {
        InvitationAnimation::Slide => "Slide",
        InvitationAnimation::Fade => "Fade",
        InvitationAnimation::Appear => "Appear",
        InvitationAnimation::Custom => "Custom",
    }
}

fn start(start: InvitationStart) -> &'static str {
    match start {
        InvitationStart::TopLeft => "TopLeft",
        InvitationStart::TopLeftTop => "TopLeftTop",
        InvitationStart::Top => "Top",
        InvitationStart::TopRightTop => "TopRightTop",
        InvitationStart::TopRight => "TopRight",
        InvitationStart::TopRightRight => "TopRightRight",
        InvitationStart::Right => "Right",
        InvitationStart::BottomRightRight => "BottomRightRight",
        InvitationStart::BottomRight => "BottomRight",
        InvitationStart::BottomRightBottom => "BottomRightBottom",
        InvitationStart::Bottom => "Bottom",
        InvitationStart::BottomLeftBottom => "BottomLeftBottom",
        InvitationStart::BottomLeft => "BottomLeft",
        InvitationStart::BottomLeftLeft => "BottomLeftLeft",
        InvitationStart::Left => "Left",
        InvitationStart::TopLeftLeft => "TopLeftLeft",
    }
}

fn end(end: InvitationEnd) -> &'static str {
    match end {
        InvitationEnd::TopLeft => "TopLeft",
        InvitationEnd::Top => "Top",
        InvitationEnd::TopRight => "TopRight",
        InvitationEnd::Left => "Left",
        InvitationEnd::Center => "Center",
        InvitationEnd::Right => "Right",
        InvitationEnd::BottomLeft => "BottomLeft",
        InvitationEnd::Bottom => "Bottom",
        InvitationEnd::BottomRight => "BottomRight",
    }
}
