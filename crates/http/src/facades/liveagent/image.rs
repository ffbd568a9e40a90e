//! An image in a custom event: type `image`, data `{"name", "mime", "base64"}` as JSON text. It is stored as a file, so that agents see it.
//!
//! An event of that type with other data is an app's own, and passes as it came.

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use domain::secret::Text;
use engine::file::SendImage;
use liveagent::{BodyError, chat::CustomEvent};
use serde::Deserialize;

/// The type of the event.
const IMAGE: &str = "image";
/// Base64 as clients write it: with padding or without.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// What makes the data an image. The type it names is not believed: content tells it.
#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    name: Option<String>,
    base64: String,
}

/// The image of an event; none if it holds none.
///
/// # Errors
/// When `base64` is not base64.
pub(super) fn of(event: &CustomEvent) -> Result<Option<SendImage>, BodyError> {
    if event.kind != IMAGE {
        return Ok(None);
    }
    let Ok(Data { name, base64 }) = serde_json::from_str(&event.data) else { return Ok(None) };
    // Pages make a data URL of an image first; encoders break lines.
    let encoded = if base64.starts_with("data:") { base64.split_once(',').map_or("", |(_, encoded)| encoded) } else { &base64 };
    let encoded: Vec<u8> = encoded.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = BASE64.decode(encoded).map_err(|_| BodyError::property("data", "The image is not base64"))?;
    if bytes.is_empty() {
        return Err(BodyError::property("data", "The image is empty"));
    }
    Ok(Some(SendImage { name: Text(name.unwrap_or_default()), bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, data: &str) -> CustomEvent {
        CustomEvent { kind: kind.to_owned(), data: data.into() }
    }

    #[test]
    fn an_image_is_told_from_an_apps_own_event() {
        let bytes = |data: &str| of(&event("image", data)).unwrap().unwrap().bytes;
        assert_eq!(bytes(r#"{"name": "a.png", "mime": "image/png", "base64": "iVBORw=="}"#), b"\x89PNG");
        assert_eq!(bytes(r#"{"base64": "iVBO\r\nRw"}"#), b"\x89PNG", "no padding, two lines, no name");
        assert_eq!(bytes(r#"{"base64": "data:image/png;base64,iVBORw=="}"#), b"\x89PNG");
        for (kind, data) in
            [("Image", r#"{"base64": ""}"#), ("image", "https://cdn.example/a.png"), ("image", r#"{"url": "x"}"#), ("image", "")]
        {
            assert!(of(&event(kind, data)).unwrap().is_none(), "{kind} {data}");
        }
        for data in [r#"{"base64": "iVB!"}"#, r#"{"base64": ""}"#, r#"{"base64": "data:image/png"}"#] {
            assert!(of(&event("image", data)).is_err(), "{data}");
        }
    }
}
