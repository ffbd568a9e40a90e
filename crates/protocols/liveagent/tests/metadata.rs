//! Metadata files as they are retrieved, and those that nobody should retrieve.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use switchboard_liveagent::metadata::{ArchiveProblem, FILE_LIMIT, Kind, PassedOver, XmlProblem, read, unpack};
use zip::{ZipWriter, write::SimpleFileOptions};

const BUTTON: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<LiveChatButton xmlns="http://soap.sforce.com/2006/04/metadata">
    <!-- retrieved -->
    <label>Sales &amp; <![CDATA[<Service>]]> &#8211; DE</label>
    <deployments/>
    <enableQueue>true</enableQueue>
    <pushTimeOut>soon</pushTimeOut>
    <routingType>mostavailable</routingType>
    <skills>
        <skill>Sales</skill>
        <skill> French </skill>
        <skill/>
    </skills>
    <somethingNew>1</somethingNew>
    <type>Standard</type>
</LiveChatButton>"#;

fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_file_is_read_and_says_what_nobody_took() {
    let mut document = read("unpackaged/liveChatButtons/Sales_Button.liveChatButton", BUTTON.as_bytes()).unwrap();
    assert_eq!((document.kind, document.developer_name.as_str()), (Kind::Button, "Sales_Button"));
    let properties = &mut document.properties;
    assert_eq!(properties.text("label").unwrap(), "Sales & <Service> – DE");
    assert_eq!((properties.flag("enableQueue"), properties.flag("isActive"), properties.number("pushTimeOut")), (Some(true), None, None));
    assert_eq!(properties.choice("routingType", "a way", &[("MostAvailable", 1), ("Choice", 2)]), Some(1));
    assert_eq!(properties.list("skills", "skill").unwrap(), ["Sales", "French"]);
    assert_eq!((properties.list("deployments", "deployment"), properties.list("none", "none")), (Some(vec![]), None));
    let (left, wrong) = document.properties.rest();
    assert_eq!(left, ["somethingNew", "type"]);
    assert_eq!((wrong.len(), wrong[0].property.as_str(), wrong[0].expected), (1, "pushTimeOut", "a whole number"));
}

#[test]
fn a_file_is_named_like_what_it_describes() {
    for (path, name) in [
        ("A.liveChatButton", "A"),
        ("force-app/main/default/liveChatButtons/A.liveChatButton-meta.xml", "A"),
        ("liveChatButtons\\A.liveChatButton", "A"),
        ("A%26B.liveChatButton-meta.xml", "A&B"),
        ("A.B.liveChatButton", "A.B"),
        ("button.xml", "button"),
    ] {
        assert_eq!(read(path, BUTTON.as_bytes()).unwrap().developer_name, name, "{path}");
    }
    let full = BUTTON.replace("<label>", "<fullName>Other</fullName><label>");
    assert_eq!(read("A.liveChatButton", full.as_bytes()).unwrap().developer_name, "Other");
}

#[test]
fn assignments_are_users_and_profiles() {
    let config = "<LiveChatAgentConfig><assignments><profiles><profile>standard</profile></profiles><users><user>a@x.example</user>\
        <user>b@x.example</user></users></assignments><label>L</label></LiveChatAgentConfig>";
    let mut document = read("C.liveChatAgentConfig", config.as_bytes()).unwrap();
    let (users, profiles) = document.properties.assignments();
    assert_eq!((users, profiles), (vec!["a@x.example".to_owned(), "b@x.example".into()], vec!["standard".to_owned()]));
}

#[test]
fn what_is_dangerous_in_xml_is_refused() {
    let lol = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><Skill><label>&b;</label></Skill>";
    let file = "<!DOCTYPE s SYSTEM \"file:///etc/passwd\"><Skill/>";
    for bad in [lol, file, "<Skill><label>&unknown;</label></Skill>"] {
        assert_eq!(read("A.skill", bad.as_bytes()), Err(XmlProblem::Entities), "{bad}");
    }
    assert_eq!(read("A.skill", "<a>".repeat(50).as_bytes()), Err(XmlProblem::TooManyElements));
    let many = format!("<Skill>{}</Skill>", "<a/>".repeat(30_000));
    assert_eq!(read("A.skill", many.as_bytes()), Err(XmlProblem::TooManyElements));
    assert_eq!(read("A.skill", &vec![b' '; FILE_LIMIT + 1]), Err(XmlProblem::TooLarge));
    assert_eq!(read("A.skill", b"<Skill>\xff</Skill>"), Err(XmlProblem::NotUtf8));
    for bad in ["", "words", "<Skill>", "</Skill>", "<Skill></Other>", "<Skill/><Skill/>", "<Skill/>words", "<Skill>&#xFFFFFFF;</Skill>"] {
        assert_eq!(read("A.skill", bad.as_bytes()), Err(XmlProblem::Malformed), "{bad}");
    }
    assert_eq!(read("A.skill", b"<Package/>"), Err(XmlProblem::OtherKind));
    assert!(read("A.skill", "\u{feff}<Skill xmlns=\"x\"/>".as_bytes()).is_ok());
}

#[test]
fn an_archive_gives_its_files_and_says_what_it_passes_over() {
    let unpacked = unpack(&packed(&[
        ("unpackaged/package.xml", b"<Package/>"),
        ("unpackaged/skills/French.skill", b"<Skill/>"),
        ("unpackaged/liveChatButtons/A.liveChatButton", BUTTON.as_bytes()),
        ("unpackaged/staticresources/Logo.resource", b"PNG"),
        ("unpackaged/classes/A.cls", b"class A {}"),
        ("../../etc/cron.d/B.skill", b"<Skill/>"),
        ("/etc/C.skill", b"<Skill/>"),
        ("big/D.skill", &vec![b' '; FILE_LIMIT + 1]),
    ]))
    .unwrap();
    let paths: Vec<_> = unpacked.sources.iter().map(|source| source.path.as_str()).collect();
    let taken = ["unpackaged/liveChatButtons/A.liveChatButton", "unpackaged/skills/French.skill"];
    assert!(taken.iter().all(|path| paths.contains(path)), "{paths:?}");
    assert!(!paths.iter().any(|path| path.contains("..") || path.contains("D.skill")), "{paths:?}");
    let why = |path: &str| unpacked.passed_over.iter().find(|(name, _)| name.contains(path)).map(|(_, why)| *why);
    assert_eq!(why("package.xml"), Some(PassedOver::Manifest));
    assert_eq!(why("Logo"), Some(PassedOver::Other));
    assert_eq!(why("B.skill"), Some(PassedOver::Path));
    assert_eq!(why("D.skill"), Some(PassedOver::TooLarge));
    assert_eq!(why("A.cls"), None);
}

#[test]
fn archives_that_are_none_or_too_much_are_refused() {
    assert_eq!(unpack(b"words"), Err(ArchiveProblem::NotAnArchive));
    assert_eq!(unpack(&vec![0; 20 * 1024 * 1024 + 1]), Err(ArchiveProblem::TooLarge));
    // Each is small when packed and within the limit of a file; together they are not.
    let blank = vec![b' '; FILE_LIMIT];
    let names: Vec<String> = (0..65).map(|n| format!("{n}.skill")).collect();
    let bomb: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), blank.as_slice())).collect();
    let bomb = packed(&bomb);
    assert!(bomb.len() < FILE_LIMIT, "it is small: {}", bomb.len());
    assert_eq!(unpack(&bomb), Err(ArchiveProblem::TooMuch));
    let names: Vec<String> = (0..501).map(|n| format!("{n}.skill")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"<Skill/>".as_slice())).collect();
    assert_eq!(unpack(&packed(&many)), Err(ArchiveProblem::TooMany));
}

proptest! {
    #[test]
    fn no_file_and_no_archive_breaks_the_readers(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>()) {
        let _ = read("A.skill", &bytes);
        let _ = unpack(&bytes);
        let mut archive = packed(&[("A.skill", b"<Skill/>"), ("B.skill", BUTTON.as_bytes())]);
        let at = at.index(archive.len());
        for (into, from) in archive[at..].iter_mut().zip(bytes.iter().take(4)) {
            *into = *from;
        }
        let _ = unpack(&archive);
    }

    #[test]
    fn no_xml_breaks_the_reader(pieces in proptest::collection::vec(prop::sample::select(vec![
        "<Skill>", "</Skill>", "<label>", "</label>", "<a/>", "&amp;", "&", ";", "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "<!DOCTYPE ", ">", "<", "x", "\u{0}", "é",
    ]), 0..40)) {
        let _ = read("A.skill", pieces.concat().as_bytes());
    }
}
