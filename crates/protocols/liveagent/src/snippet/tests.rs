use super::*;

/// Bytes looked at, all forms of the paste together.
fn work(pasted: &str) -> usize {
    assert!(pasted.len() <= LIMIT);
    best(pasted).steps
}

#[test]
fn what_is_done_grows_with_the_length_and_not_faster() {
    // What makes careless scanners go back and forth: things that open and never close, in each other, and closing ones that nothing opened.
    let hostile = [
        "'",
        "\"",
        "`",
        "\u{2018}",
        "\\'",
        "'\\",
        "(",
        ")",
        "((}",
        "liveagent.init(",
        "init('",
        "/*",
        "/* */",
        "//",
        "//\n",
        "<!--",
        "<!-- -->",
        "-->",
        "<",
        "<a ",
        "<a b=",
        "<a b='",
        "<a b=\"'",
        "<a b=\"<a b='",
        "<script>",
        "<script",
        "</script>",
        "<script><!--",
        "&",
        "&lt;",
        "&amp;",
        "\\u003c",
        "\\\"",
        "%",
        "javascript:",
        "<a href='javascript:\\'",
        "a.b",
        "`\n",
        "`${`",
        "liveagent(`\n",
        "'liveagent(\\'",
        "\"liveagent(\\\"<script>",
        "/*'*/\\'",
        "/*\\*/'",
        "'\n",
        "showWhenOnline('573000000000001'",
        "573000000000001 ",
        "https://d.x/chat ",
        ",",
    ];
    for one in hostile {
        for other in ["", "'", "<", "liveagent.init("] {
            let unit = format!("{one}{other}");
            let times = |bytes: usize| unit.repeat(bytes / unit.len());
            let (less, more) = (work(&times(LIMIT / 16)), work(&times(LIMIT / 4)));
            assert!(more <= 6 * less + 4_096, "{unit:?}: four times the length is {less} -> {more}");
            // Five forms of the paste, each looked at in a handful of depths.
            assert!(more <= 60 * LIMIT / 4, "{unit:?}: {more}");
        }
    }
}

#[test]
fn offsets_are_those_of_the_paste_whatever_was_undone() {
    for pasted in [
        "x <script>liveagent.init('https://d.x.test/chat', '572000000000001', '00D000000000001')</script> startChat('573000000000001')",
        "x &lt;script&gt;liveagent.init(&#39;https://d.x.test/chat&#39;, &quot;572000000000001&quot;, &apos;00D000000000001&apos;)&lt;/script&gt; startChat(&#39;573000000000001&#39;)",
        r#"{"code": "\u003cscript>liveagent.init(\"https:\/\/d.x.test\/chat\", \"572000000000001\", \"00D000000000001\")\u003c\/script>", "b": "startChat('573000000000001')"}"#,
    ] {
        let reading = read(pasted);
        for (field, value) in
            [(Field::Deployment, "572000000000001"), (Field::Organisation, "00D000000000001"), (Field::Button, "573000000000001")]
        {
            let found = reading.found.iter().find(|found| found.field == field).unwrap_or_else(|| panic!("{field:?} of {pasted}"));
            assert_eq!((found.confidence, pasted.find(value)), (Confidence::Certain, Some(found.offset)), "{pasted}");
        }
    }
}
