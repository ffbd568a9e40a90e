//! Versions and roots (1.3).

use switchboard_salesforce::{Code, Version, version::Resources};

#[test]
fn versions_are_listed_with_the_season_they_came_in() {
    let list = serde_json::to_value(Version::all().collect::<Vec<_>>()).unwrap();
    let label = |number: usize| list[number - 31]["label"].as_str().unwrap().to_owned();
    // Each is named in 1.1 or 1.3.
    for (number, season) in
        [(31, "Summer '14"), (32, "Winter '15"), (65, "Winter '26"), (66, "Spring '26"), (67, "Summer '26"), (68, "Winter '27")]
    {
        assert_eq!(label(number), season);
    }
    let winter = r#"{"label":"Winter '26","url":"/services/data/v65.0","version":"65.0"}"#;
    assert_eq!(serde_json::to_string(&Version::new(65).unwrap()).unwrap(), winter);
    assert_eq!((list.as_array().unwrap().len(), Version::all().next_back()), (38, Some(Version::LATEST)));
}

#[test]
fn only_versions_that_are_spoken_are_read() {
    assert_eq!(Version::parse("v66.0").unwrap().number(), 66);
    for retired in ["v30.0", "v21.0", "v1.0"] {
        assert_eq!(Version::parse(retired).unwrap_err().code(), Code::UnsupportedApiVersion, "{retired}");
    }
    for none in ["", "v", "66.0", "v66", "v66.1", "V66.0", "v69.0", "v256.0", "v066.0", "v+66.0", "v.0", "v66.0/", "vä.0"] {
        assert_eq!(Version::parse(none).unwrap_err().code(), Code::NotFound, "{none}");
    }
}

#[test]
fn a_version_says_where_its_resources_are() {
    let resources =
        Resources { version: Version::new(66).unwrap(), offered: &["sobjects", "query"], identity: "https://crm.example.com/id/00D/005" };
    assert_eq!(
        serde_json::to_string(&resources).unwrap(),
        r#"{"sobjects":"/services/data/v66.0/sobjects","query":"/services/data/v66.0/query","identity":"https://crm.example.com/id/00D/005"}"#
    );
}
