//! The generations of Embedded Service (deployment_segment.md 8.3).

use switchboard_liveagent::snippet::{Field, Generation, ProblemKind, read};

use super::world::*;

fn page(arguments: &str) -> String {
    format!(
        "<script type='text/javascript' src='https://service.force.com/embeddedservice/5.0/esw.min.js'></script>\n\
         <script type='text/javascript'>\n\tvar initESW = function(gslbBaseURL) {{\n\t\tembedded_svc.settings.displayHelpButton = true; //Or false\n\
         \t\tembedded_svc.settings.language = ''; //For example, enter 'en' or 'en-US'\n\
         \t\t//embedded_svc.settings.defaultMinimizedText = '...'; //(Defaults to Chat with an Expert)\n\
         \t\tembedded_svc.settings.enabledFeatures = ['LiveAgent'];\n\t\tembedded_svc.settings.entryFeature = 'LiveAgent';\n\n\
         \t\tembedded_svc.init(\n{arguments}\n\t\t);\n\t}};\n\tif (!window.embedded_svc) {{ var s = document.createElement('script');\n\
         \t\ts.setAttribute('src', 'https://x.my.salesforce.test/embeddedservice/5.0/esw.min.js'); s.onload = function() {{ initESW(null); }};\n\
         \t\tdocument.body.appendChild(s); }} else {{ initESW('https://service.force.com'); }}\n</script>"
    )
}

const SIX: &str = "'https://x.my.salesforce.test',\n'https://x.force.test/support',\ngslbBaseURL,\n'00DA0000000XYzQ',\n'Web',\n{\n\
    baseLiveAgentContentURL: 'https://c.la1-c1.test/content',\ndeploymentId: '572A00000004CAa',\nbuttonId: '573A0000000GbAx',\n\
    baseLiveAgentURL: 'https://d.la1-c1.test/chat',\neswLiveAgentDevName: 'EmbeddedServiceLiveAgent_Parent04I000000000001_17',\n\
    isOfflineSupportEnabled: false\n}";

fn positional(tail: &str) -> String {
    page(&format!(
        "'https://x.my.salesforce.test', 'https://d.la1-c1.test/chat', 'https://c.la1-c1.test/content', 'https://x.force.test/support', \
         '572A00000004CAa', '00DA0000000XYzQ', '573A0000000GbAx', {tail}"
    ))
}

#[test]
fn f_every_generation_is_read() {
    for code in [
        positional("'206.0', gslbBaseURL"),
        positional("'1.0', gslbBaseURL, '38.0'"),
        positional("'2.1', gslbBaseURL, '44.0', 'Web', 'EmbeddedServiceLiveAgent_X'"),
        page(SIX),
        page(&SIX.replace('\'', "\"")),
        page(&SIX.replace("gslbBaseURL", "null")),
    ] {
        let reading = all_four(&code);
        assert_eq!(reading.generation, Generation::EmbeddedService);
        assert_eq!(reading.value(Field::Content), Some(CONTENT));
    }
    let html = page(SIX).replace('<', "&lt;").replace('\'', "&#39;");
    all_four(&html);
}

#[test]
fn wrongly_named_and_disordered_values_are_told_apart_by_what_they_look_like() {
    let swapped =
        SIX.replace("deploymentId: '572A00000004CAa'", "deploymentId: '573A0000000GbAx'").replace("buttonId: '573A", "buttonId: '572A");
    let swapped = swapped.replace("'572A0000000GbAx'", "'572A00000004CAa'");
    all_four(&page(&swapped));
    let code =
        positional("'1.0', gslbBaseURL, '38.0'").replace("'572A00000004CAa', '00DA0000000XYzQ'", "'00DA0000000XYzQ', '572A00000004CAa'");
    four(&code);
    assert_eq!(kinds(&code), [ProblemKind::WrongOrder]);
}

#[test]
fn settings_from_elsewhere_are_variables() {
    let reading = read(&page("'https://x.my.salesforce.test', 'https://x.force.test', gslbBaseURL, '00DA0000000XYzQ', 'Web', settings"));
    assert_eq!(reading.value(Field::Organisation), Some(ORGANISATION));
    let missing: Vec<_> = reading.problems.iter().filter(|one| one.kind == ProblemKind::Variables).filter_map(|one| one.field).collect();
    assert_eq!(missing, [Field::Endpoint, Field::Deployment, Field::Button]);
}

#[test]
fn a_live_agent_code_beside_messaging_for_web_is_read() {
    let messaging =
        "<script>embeddedservice_bootstrap.init('00DA0000000XYzQ', 'W', 'https://x.test', {scrt2URL: 'https://y.test'});</script>";
    all_four(&format!("{messaging}{}", both()));
}
