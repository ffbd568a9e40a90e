//! The snippets that the variations vary.

use switchboard_liveagent::snippet::{Confidence, Field, ProblemKind, Reading, read};

pub(crate) const ENDPOINT: &str = "https://d.la1-c1.test/chat";
pub(crate) const CONTENT: &str = "https://c.la1-c1.test/content";
pub(crate) const DEPLOYMENT: &str = "572A00000004CAa";
pub(crate) const ORGANISATION: &str = "00DA0000000XYzQ";
pub(crate) const BUTTON: &str = "573A0000000GbAx";

/// deployment_segment.md 8.1.
pub(crate) const DEPLOYMENT_CODE: &str = "<script type='text/javascript' src='https://c.la1-c1.test/content/g/js/58.0/deployment.js'></script>\n\
    <script type='text/javascript'>\nliveagent.init('https://d.la1-c1.test/chat', '572A00000004CAa', '00DA0000000XYzQ');\n</script>\n";

/// deployment_segment.md 8.2.
pub(crate) const BUTTON_CODE: &str = r#"<a id="liveagent_button_online_573A0000000GbAx" href="javascript://Chat" style="display: none;" onclick="liveagent.startChat('573A0000000GbAx')">Chat</a>
<div id="liveagent_button_offline_573A0000000GbAx" style="display: none;">We're closed</div>
<script type="text/javascript">
if (!window._laq) { window._laq = []; }
window._laq.push(function(){liveagent.showWhenOnline('573A0000000GbAx', document.getElementById('liveagent_button_online_573A0000000GbAx'));
liveagent.showWhenOffline('573A0000000GbAx', document.getElementById('liveagent_button_offline_573A0000000GbAx'));
});</script>
"#;

pub(crate) fn both() -> String {
    format!("{DEPLOYMENT_CODE}{BUTTON_CODE}")
}

/// The four values, and no problem.
#[track_caller]
pub(crate) fn all_four(pasted: &str) -> Reading {
    let reading = four(pasted);
    assert_eq!(reading.problems, [], "{pasted}");
    reading
}

/// The four values, whatever else there is.
#[track_caller]
pub(crate) fn four(pasted: &str) -> Reading {
    let reading = read(pasted);
    for (field, value) in
        [(Field::Endpoint, ENDPOINT), (Field::Organisation, ORGANISATION), (Field::Deployment, DEPLOYMENT), (Field::Button, BUTTON)]
    {
        assert_eq!(reading.value(field), Some(value), "{field:?} of {pasted}\n{reading:#?}");
    }
    reading
}

#[track_caller]
pub(crate) fn kinds(pasted: &str) -> Vec<ProblemKind> {
    read(pasted).problems.iter().map(|problem| problem.kind).collect()
}

pub(crate) fn confidence(reading: &Reading, field: Field) -> Option<Confidence> {
    reading.found.iter().find(|found| found.field == field).map(|found| found.confidence)
}
