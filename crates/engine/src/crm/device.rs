//! What a client's own word says of the visitor's device.

/// The browser with its version, and the operating system with its version; empty where the word does not tell.
pub(super) fn of(user_agent: &str) -> (String, String) {
    let parser = woothee::parser::Parser::new();
    let Some(found) = parser.parse(user_agent) else { return Default::default() };
    // What it does not know it calls so.
    let known = |text: &str| if text == "UNKNOWN" { String::new() } else { text.to_owned() };
    let with = |name: &str, version: &str| match (known(name), known(version)) {
        (name, version) if name.is_empty() || version.is_empty() => name,
        (name, version) => format!("{name} {version}"),
    };
    (with(found.name, found.version), with(found.os, &found.os_version))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn browsers_and_systems_are_told_and_what_tells_nothing_is_nothing() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        assert_eq!(of(firefox), ("Firefox 128.0".to_owned(), "Linux".to_owned()));
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
        let (browser, platform) = of(chrome);
        assert_eq!(browser, "Chrome 126.0.0.0");
        assert!(platform.starts_with("Windows 10"), "{platform}");
        for nothing in ["", "test", "\u{0}((((("] {
            assert_eq!(of(nothing), Default::default(), "{nothing}");
        }
    }
}
