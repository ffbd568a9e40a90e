//! Live Agent's own codes, as they are found in the wild.

use switchboard_liveagent::snippet::{Confidence, Field, Generation, LIMIT, ProblemKind, Severity, read};

use super::world::*;

#[test]
fn a_both_codes_are_all_four_values_and_the_content_host() {
    let reading = all_four(&both());
    assert_eq!(reading.generation, Generation::LiveAgent);
    assert_eq!(reading.value(Field::Content), Some(CONTENT));
    assert!(reading.found.iter().all(|found| found.confidence == Confidence::Certain));
    assert_eq!(reading.found.iter().find(|found| found.field == Field::Deployment).unwrap().offset, both().find(DEPLOYMENT).unwrap());
    // The other order too.
    all_four(&format!("{BUTTON_CODE}{DEPLOYMENT_CODE}"));
}

#[test]
fn b_the_deployment_code_alone_lacks_its_button() {
    let reading = read(DEPLOYMENT_CODE);
    assert_eq!(reading.value(Field::Deployment), Some(DEPLOYMENT));
    assert_eq!(kinds(DEPLOYMENT_CODE), [ProblemKind::ButtonCodeMissing]);
    assert_eq!(reading.problems[0].kind.severity(), Severity::Error);
    assert!(reading.problems[0].to_string().contains("chat button code"));
}

#[test]
fn the_button_code_alone_lacks_its_deployment() {
    assert_eq!(read(BUTTON_CODE).value(Field::Button), Some(BUTTON));
    assert_eq!(kinds(BUTTON_CODE), [ProblemKind::DeploymentCodeMissing]);
}

#[test]
fn c_an_address_without_a_scheme_is_https_and_says_that_this_was_derived() {
    let pasted = both().replace("https://d.", "//d.").replace("https://c.", "//c.");
    let reading = all_four(&pasted);
    assert_eq!(confidence(&reading, Field::Endpoint), Some(Confidence::Derived));
    assert_eq!(reading.value(Field::Content), Some(CONTENT));
}

#[test]
fn d_arguments_in_the_wrong_order_are_told_apart_by_what_they_look_like() {
    let pasted = both().replace(
        "init('https://d.la1-c1.test/chat', '572A00000004CAa', '00DA0000000XYzQ')",
        "init('https://d.la1-c1.test/chat', '00DA0000000XYzQ', '572A00000004CAa')",
    );
    let reading = four(&pasted);
    assert_eq!(kinds(&pasted), [ProblemKind::WrongOrder]);
    assert_eq!(reading.problems[0].kind.severity(), Severity::Warning);
    let pasted = both().replace(
        "init('https://d.la1-c1.test/chat', '572A00000004CAa', '00DA0000000XYzQ')",
        "init('00DA0000000XYzQ', 'https://d.la1-c1.test/chat', '572A00000004CAa', true)",
    );
    four(&pasted);
    assert_eq!(kinds(&pasted), [ProblemKind::WrongOrder]);
}

#[test]
fn e_an_older_copy_that_is_commented_out_loses_to_the_live_one() {
    let old = "liveagent.init('https://d.old.test/chat', '572OLD000000001', '00DOLD000000001'); liveagent.startChat('573OLD000000001');";
    for comment in [
        format!("<!-- <script>{old}</script> -->\n{}", both()),
        format!("{}<!--\n<script>\n{old}\n</script>\n-->", both()),
        both().replace("<script type='text/javascript'>\n", &format!("<script type='text/javascript'>\n// {old}\n")),
        both().replace("<script type='text/javascript'>\n", &format!("<script type='text/javascript'>\n/* it's the old one:\n {old} */\n")),
    ] {
        let reading = all_four(&comment);
        let olds: Vec<_> = reading.found.iter().filter(|found| found.value.contains("OLD")).collect();
        assert_eq!(olds.len(), 3, "{reading:#?}");
        assert!(olds.iter().all(|old| old.confidence == Confidence::Low));
    }
    let reading = read(&format!("<!-- {} -->", both()));
    assert!(reading.has(ProblemKind::OnlyCommentedOut));
    assert_eq!((reading.value(Field::Button), confidence(&reading, Field::Button)), (Some(BUTTON), Some(Confidence::Low)));
}

#[test]
fn g_escaped_pastes_are_read() {
    let html = both().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    all_four(&html);
    all_four(&html.replace('\'', "&#39;").replace('"', "&quot;"));
    all_four(&html.replace('\'', "&#x27;").replace('"', "&#34;"));
    // Twice, as from a page that shows the source of a page.
    all_four(&html.replace('\'', "&#39;").replace('&', "&amp;"));
    // A script's own text, escaped, with no tag in it at all.
    all_four(
        &format!("{} liveagent.startChat('{BUTTON}')", DEPLOYMENT_CODE.split_once("'text/javascript'>\n").unwrap().1)
            .replace('\'', "&#39;"),
    );
    let json = serde_json::to_string(&both()).unwrap();
    all_four(&json);
    all_four(&json[1..json.len() - 1]);
    all_four(&json.replace('/', "\\/").replace('<', "\\u003c").replace('>', "\\u003e").replace('\'', "\\u0027"));
    all_four(&serde_json::json!({ "body": { "html": both() } }).to_string());
    // The markup that an editor stores: escaped as HTML in JSON.
    all_four(&serde_json::to_string(&html).unwrap());
}

#[test]
fn h_several_buttons_are_a_choice() {
    let pasted = format!("{}{}", both(), BUTTON_CODE.replace(BUTTON, "573B0000000GbAx"));
    let reading = read(&pasted);
    let buttons: Vec<_> = reading.found.iter().filter(|found| found.field == Field::Button).map(|found| found.value.as_str()).collect();
    assert_eq!(buttons, [BUTTON, "573B0000000GbAx"]);
    assert_eq!(reading.value(Field::Button), None);
    assert_eq!(kinds(&pasted), [ProblemKind::SeveralButtons]);
}

#[test]
fn i_messaging_for_web_is_recognised_and_refused() {
    let pasted = "<script type='text/javascript'>function initEmbeddedMessaging() { try {\n\
        embeddedservice_bootstrap.settings.language = 'en_US';\n\
        embeddedservice_bootstrap.init('00DA0000000XYzQ', 'Web_Chat', 'https://x.my.site.test/ESWWebChat1', { scrt2URL: 'https://x.my.scrt.test' });\n\
        } catch (err) { console.error('Error loading Embedded Messaging: ', err); } };</script>\n\
        <script type='text/javascript' src='https://x.my.site.test/ESWWebChat1/assets/js/bootstrap.min.js' onload='initEmbeddedMessaging()'></script>";
    let reading = read(pasted);
    assert_eq!((reading.generation, reading.found.len()), (Generation::MessagingForWeb, 0));
    assert_eq!(kinds(pasted), [ProblemKind::MessagingForWeb]);
    assert!(reading.problems[0].to_string().contains("Messaging for In-App and Web"));
    assert_eq!(kinds(&pasted.replace('<', "&lt;")), [ProblemKind::MessagingForWeb]);
}

#[test]
fn j_variables_are_said_to_be_variables_and_what_stands_elsewhere_is_offered() {
    let pasted = "<script>var url = 'https://d.la1-c1.test/chat', dep = '572A00000004CAa', org = '00DA0000000XYzQ';\n\
        liveagent.init(url, dep, org); liveagent.showWhenOnline(button, document.getElementById('on'));</script>";
    let reading = read(pasted);
    let variables: Vec<_> =
        reading.problems.iter().filter(|one| one.kind == ProblemKind::Variables).map(|one| one.field.unwrap()).collect();
    assert_eq!(variables, [Field::Endpoint, Field::Deployment, Field::Organisation, Field::Button]);
    assert_eq!(reading.value(Field::Deployment), Some(DEPLOYMENT));
    assert!(reading.found.iter().filter(|found| found.field != Field::Content).all(|found| found.confidence == Confidence::Low));
    // Put together from pieces.
    assert!(kinds("liveagent.init('https://' + host + '/chat', '572' + x, y)").contains(&ProblemKind::Variables));
}

#[test]
fn both_kinds_of_quotes_and_any_white_space() {
    all_four(&both().replace('\'', "\"").replace("onclick=\"liveagent.startChat(\"573A0000000GbAx\")\"", ""));
    all_four(&both().replace(", '", "\n\t,\r\n  '").replace("init(", "init (\n"));
    all_four(&both().replace('\n', "\r\n"));
    all_four(&both().replace(['\n', '\t'], ""));
    all_four(&format!("\u{feff}{}", both()));
    // A line break within an attribute.
    all_four(&both().replace("src='https://c.", "src='\n  https://c."));
    all_four(&both().replace(", '", ",\u{a0}'").replace("('", "(\u{200b}'\u{a0}"));
}

#[test]
fn calls_are_found_wherever_they_are_wrapped() {
    let init = "liveagent.init('https://d.la1-c1.test/chat', '572A00000004CAa', '00DA0000000XYzQ');";
    for wrapped in [
        format!("window.{init}"),
        format!("try {{ {init} }} catch (e) {{ }}"),
        format!("setTimeout(function () {{ {init} }}, 1000);"),
        format!("setTimeout(\"{init}\", 1000);"),
        format!("document.addEventListener('DOMContentLoaded', () => {{ if (a<b && c>d) {init} }});"),
        format!(
            "jQuery(document).ready(function ($) {{ $('head').append(\"<script src='https://c.la1-c1.test/content/g/js/36.0/deployment.js'><\\/script>\"); {init} }});"
        ),
        format!("<script>$(\".chat\").html(`\n<script>{init}</scr` + `ipt>`);</script>"),
        format!("const html = `\n  <div>It's ${{here}}</div>\n  <script>\n{init}\n</script>`;"),
        format!("<script><!--\n{init}\n//--></script>"),
        format!(
            "liveagent.addCustomDetail('Case Origin', 'Web, \\'chat\\''); liveagent.setChatWindowHeight(500); {init} liveagent.enableLogging();"
        ),
        format!("var ok = /['\"]/.test(x);\n{init}"),
        format!("<script type=\"text/javascript\" async>\n/* <![CDATA[ */\n{init}\n/* ]]> */</script>"),
        format!("<p>Don't forget: it's one o'clock</p><script>{init}"),
        format!("{init}</script>"),
        init.replace("liveagent.init", "window.liveagent\n  .init"),
        init.replace("liveagent.init", "window.liveagent?.init"),
    ] {
        all_four(&format!("{wrapped}\n{BUTTON_CODE}"));
    }
}

#[test]
fn comments_within_the_arguments_do_not_count_with_their_commas_either() {
    all_four(
        &both()
            .replace("init('", "init(/* server, deployment, organisation */ '")
            .replace(", '572", ", // the shop's, not \"theirs\"\n '572"),
    );
}

#[test]
fn a_button_without_show_when() {
    for code in [
        format!("<a href=\"javascript:liveagent.startChat('{BUTTON}');void(0);\">Chat</a>"),
        format!("<a href='javascript:liveagent.startChat(%27{BUTTON}%27)'>Chat</a>"),
        format!("<a href=\"JavaScript: liveagent.startChat(&#39;{BUTTON}&#39;)\">Chat</a>"),
        format!("<button onClick={{() => liveagent.startChat('{BUTTON}')}}>It's us</button>"),
        format!("<img onclick=\"liveagent.startChat('{BUTTON}')\" src='/resource/1/on' />"),
        format!("<img id=\"liveagent_button_online_{BUTTON}\" style=\"display: none\" src=\"/on.png\" />"),
        format!("<div id='liveagent_invite_button_{BUTTON}'><a onclick=\"liveagent.rejectChat('{BUTTON}')\">x</a></div>"),
        format!("liveagent.startChatWithWindow('{BUTTON}', 'chat');"),
        format!(
            "liveagent.addButtonEventHandler('{BUTTON}', function (e) {{ if (e == liveagent.BUTTON_EVENT.BUTTON_AVAILABLE) {{ show(); }} }});"
        ),
        format!("<img id=liveagent_button_online_{BUTTON}>"),
    ] {
        all_four(&format!("{DEPLOYMENT_CODE}{code}"));
    }
}

#[test]
fn elements_with_other_names_one_for_both_or_only_the_online_one() {
    let script = |inner: &str| format!("{DEPLOYMENT_CODE}<script>_laq.push(function(){{{inner}}});</script>");
    all_four(&script(&format!("liveagent.showWhenOnline('{BUTTON}', document.getElementById('chat'));")));
    all_four(&script(&format!("liveagent.showWhenOnline('{BUTTON}', $('#a')[0]); liveagent.showWhenOffline('{BUTTON}', $('#a')[0]);")));
    all_four(&script(&format!("liveagent.showWhenOnline('{BUTTON}', a);\n//liveagent.showWhenOffline('{BUTTON}', b);")));
    all_four(&script(&format!("liveagent.showWhenOnline('{BUTTON}', a);\n<!-- liveagent.showWhenOffline('{BUTTON}', b); -->")));
}

#[test]
fn captions_and_comments_in_any_language_do_not_matter() {
    all_four(&both().replace(">Chat<", ">现在聊天 — “立即”<").replace("We're closed", "مغلق"));
    all_four(&both().replace("liveagent.init", "// 初始化 l'agent\nliveagent.init"));
}

#[test]
fn an_agent_and_an_agent_at_a_button() {
    let pasted = format!(
        "{DEPLOYMENT_CODE}<script>liveagent.showWhenOnline('{BUTTON}', document.getElementById('liveagent_button_online_005A0000001AgEn_{BUTTON}'), '005A0000001AgEn');</script>"
    );
    assert_eq!(all_four(&pasted).value(Field::Agent), Some("005A0000001AgEn"));
    let pasted = format!("{DEPLOYMENT_CODE}liveagent.startChat('005A0000001AgEn');");
    let reading = read(&pasted);
    assert_eq!((reading.value(Field::Agent), reading.problems.len()), (Some("005A0000001AgEn"), 0));
}

#[test]
fn hosts_ports_schemes_and_the_rest_form() {
    for (written, read_as) in [
        ("https://d.la1-c1.test/chat/", ENDPOINT),
        ("https://d.la1-c1.test/chat/rest/", ENDPOINT),
        ("https://d.la1-c1.test/chat/rest/System/SessionId", ENDPOINT),
        ("HTTPS://D.LA1-C1.TEST/chat", ENDPOINT),
        ("https://d.la1-c1.test:8443/chat", "https://d.la1-c1.test:8443/chat"),
        ("https://d.la1-c1.test:443/chat", ENDPOINT),
        ("https://proxy.test/live/chat", "https://proxy.test/live/chat"),
        ("d.la1-c1.salesforceliveagent.com", "https://d.la1-c1.salesforceliveagent.com/chat"),
        ("https://d.la1-c1.test", ENDPOINT),
    ] {
        let pasted = both().replace(ENDPOINT, written);
        let reading = read(&pasted);
        assert_eq!(reading.value(Field::Endpoint), Some(read_as), "{written}");
        assert_eq!(reading.problems, [], "{written}");
    }
    let pasted = both().replace(ENDPOINT, "http://host:8096/chat");
    assert_eq!(read(&pasted).value(Field::Endpoint), Some("http://host:8096/chat"));
    assert_eq!(kinds(&pasted), [ProblemKind::NotEncrypted]);
    // The script may come from the other host.
    all_four(&both().replace("https://c.la1-c1", "https://d.la1-c1"));
}

#[test]
fn addresses_that_no_server_has_are_refused() {
    for bad in [
        "file:///etc/chat",
        "https://user:pass@d.la1-c1.test/chat",
        "ftp://d.la1-c1.test/chat",
        "https://d.la1-c1.test/other/page",
        "https:///chat:x",
    ] {
        let reading = read(&format!("liveagent.init('{bad}', '{DEPLOYMENT}', '{ORGANISATION}'); liveagent.startChat('{BUTTON}')"));
        assert!(reading.has(ProblemKind::EndpointRefused), "{bad}: {reading:#?}");
        assert_eq!(reading.value(Field::Endpoint), None, "{bad}");
    }
}

#[test]
fn one_host_follows_from_the_other() {
    let script = "<script src='https://c.la1-c1.salesforceliveagent.com/content/g/js/36.0/deployment.js'></script>";
    let reading = read(script);
    assert_eq!(reading.value(Field::Endpoint), Some("https://d.la1-c1.salesforceliveagent.com/chat"));
    assert_eq!(confidence(&reading, Field::Endpoint), Some(Confidence::Derived));
    let reading = read(&format!("liveagent.init('https://d.la1-c1.salesforceliveagent.com/chat', '{DEPLOYMENT}', '{ORGANISATION}')"));
    assert_eq!(reading.value(Field::Content), Some("https://c.la1-c1.salesforceliveagent.com/content"));
    // A host that is not one of the old service's serves both.
    let reading = read(&format!("liveagent.init('https://chat.example.test/chat', '{DEPLOYMENT}', '{ORGANISATION}')"));
    assert_eq!(reading.value(Field::Content), Some("https://chat.example.test/content"));
}

#[test]
fn pages_of_other_systems_around_it() {
    all_four(&format!("<%@ Page Language=\"C#\" %>\n<html><body>{}<%= Footer('it') %></body></html>", both()));
    all_four(&format!("<?php if ($a < 3) {{ echo 'it'; }} ?>\n{}", both()));
    all_four(&format!("<apex:page showHeader=\"false\" title=\"{{!left(user.id,15)}}\">{}</apex:page>", both()));
}

#[test]
fn values_that_a_template_puts_in_are_named() {
    for template in ["{!left(user.id,15)}", "<?php echo $org; ?>", "<%= org %>", "{{ org }}", "${org}"] {
        let reading = read(&both().replace(ORGANISATION, template));
        let problem = reading
            .problems
            .iter()
            .find(|problem| problem.kind == ProblemKind::Template)
            .unwrap_or_else(|| panic!("{template}: {reading:#?}"));
        assert_eq!(problem.field, Some(Field::Organisation));
        assert_eq!(reading.value(Field::Deployment), Some(DEPLOYMENT));
    }
}

#[test]
fn quotes_of_word_processors() {
    all_four(&both().replace("('", "(\u{2018}").replace("')", "\u{2019})").replace(", '", ", \u{2018}").replace("',", "\u{2019},"));
    all_four(&both().replace('"', "\u{201d}").replace('\'', "\u{2019}").replace("We\u{2019}re", "We are"));
    all_four(&both().replace('\'', "\u{201c}").replace("onclick=\"liveagent.startChat(\u{201c}", "onclick=\"liveagent.startChat(\u{2018}"));
}

#[test]
fn ids_of_18_characters_are_those_of_15() {
    all_four(&both().replace(DEPLOYMENT, "572A00000004CAaIAM"));
    let pasted = both().replace(DEPLOYMENT, "572A00000004CAaAAA");
    four(&pasted);
    assert_eq!(kinds(&pasted), [ProblemKind::Checksum]);
    // Both forms of one are one.
    all_four(&format!("{}{}", both(), DEPLOYMENT_CODE.replace(DEPLOYMENT, "572A00000004CAaIAM")));
    // 15 characters differ by case.
    assert!(kinds(&format!("{}{}", both(), BUTTON_CODE.replace(BUTTON, "573A0000000GBAX"))).contains(&ProblemKind::SeveralButtons));
}

#[test]
fn an_unusual_prefix_is_a_warning() {
    let pasted = both().replace(DEPLOYMENT, "1111D0000000001");
    let reading = read(&pasted);
    assert_eq!(reading.value(Field::Deployment), Some("1111D0000000001"));
    assert_eq!(kinds(&pasted), [ProblemKind::UnusualPrefix]);
}

#[test]
fn several_organisations_deployments_and_addresses() {
    let other = |from: &str, to: &str| kinds(&format!("{}{}", both(), DEPLOYMENT_CODE.replace(from, to)));
    assert_eq!(other(ORGANISATION, "00DB0000000XYzQ"), [ProblemKind::SeveralOrganisations]);
    assert_eq!(other(DEPLOYMENT, "572B00000004CAa"), [ProblemKind::SeveralDeployments]);
    assert_eq!(other("https://d.la1", "https://d.la9"), [ProblemKind::SeveralEndpoints]);
    // The same once more is no problem.
    all_four(&format!("{}{}", both(), both()));
}

#[test]
fn attributes_of_other_peoples_loaders_and_values_alone() {
    all_four(&format!(
        "<div data-liveagent-orgid='{ORGANISATION}' data-liveagent-depid=\"{DEPLOYMENT}\" data-liveagent-btnid={BUTTON} data-liveagent-endpointurl='{ENDPOINT}/'></div>"
    ));
    // An app's settings: each value is offered, with little confidence.
    let settings =
        format!("pod = \"d.la1-c1.salesforceliveagent.com\"\norg = \"{ORGANISATION}\"\ndeployment: {DEPLOYMENT}\nbutton: {BUTTON}\n");
    let reading = read(&settings);
    assert_eq!(reading.value(Field::Endpoint), Some("https://d.la1-c1.salesforceliveagent.com/chat"));
    assert_eq!((reading.value(Field::Deployment), reading.value(Field::Button)), (Some(DEPLOYMENT), Some(BUTTON)));
    assert!(reading.found.iter().all(|found| found.confidence == Confidence::Low));
}

#[test]
fn a_paste_that_was_cut_off_says_so() {
    let whole = DEPLOYMENT_CODE.find("'00D").unwrap();
    let reading = read(&DEPLOYMENT_CODE[..whole]);
    assert!(reading.has(ProblemKind::CutOff));
    assert_eq!(reading.value(Field::Deployment), Some(DEPLOYMENT));
    assert_eq!(reading.value(Field::Organisation), None);
}

#[test]
fn nothing_and_too_much() {
    for nothing in ["", "   \n", "hello", "<img src=x onerror=alert(1)>", "liveagent", "https://example.test/page"] {
        assert_eq!(kinds(nothing), [ProblemKind::NothingFound], "{nothing:?}");
    }
    let most = format!("{}{}", both(), " ".repeat(LIMIT - both().len()));
    all_four(&most);
    assert_eq!(kinds(&format!("{most} ")), [ProblemKind::TooLong]);
    assert!(read(&"x".repeat(1 << 20)).found.is_empty());
}

#[test]
fn every_problem_has_a_sentence_that_repeats_nothing_of_the_paste() {
    let pasted = "<script>liveagent.init('https://SECRET:SECRET@x/chat', SECRET, '<%= SECRET %>'); liveagent.startChat(SECRET)</script>";
    let reading = read(pasted);
    assert!(reading.problems.len() >= 3);
    for problem in reading.problems {
        let sentence = problem.to_string();
        assert!(sentence.ends_with('.') && !sentence.contains("SECRET"), "{sentence}");
    }
}
