//! What the pages of `/content/s/` say where there is no chat to show, in the languages that the chat itself speaks.
//!
//! All of it stands here. Whoever translates copies one [`Wording`], names it in [`Language`], and leaves `{host}` where it is.

use http::{HeaderMap, header::ACCEPT_LANGUAGE};

/// A language that the pages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    English,
    German,
    Arabic,
}

impl Language {
    /// By the first subtag of a BCP 47 tag, written with `-` or `_`; none for a language that is not spoken here.
    fn of_tag(tag: &str) -> Option<Self> {
        let first = tag.trim().split(['-', '_']).next().unwrap_or_default();
        [("en", Self::English), ("de", Self::German), ("ar", Self::Arabic)]
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(first))
            .map(|(_, language)| language)
    }

    /// The first of these that is spoken here: what the page was asked for in, what the deployment speaks, what the browser accepts; else
    /// English.
    pub(crate) fn pick(asked: Option<&str>, deployment: Option<&str>, headers: &HeaderMap) -> Self {
        let spoken = |tag: Option<&str>| tag.and_then(Self::of_tag);
        spoken(asked).or_else(|| spoken(deployment)).or_else(|| Self::accepted(headers)).unwrap_or_default()
    }

    /// What a browser likes best (`Accept-Language`, RFC 9110 12.5.4). Of equals the first.
    fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for part in headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?.split(',') {
            let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok());
            let (Some(language), Some(weight)) = (Self::of_tag(tag), weight) else { continue };
            if weight > best.map_or(0.0, |(best, _)| best) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    pub(super) fn wording(self) -> &'static Wording {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
            Self::Arabic => &ARABIC,
        }
    }
}

/// Everything that is said, in one language.
#[derive(Debug)]
pub(super) struct Wording {
    /// BCP 47.
    pub(super) tag: &'static str,
    /// `ltr` or `rtl`.
    pub(super) direction: &'static str,
    /// The head of every refusal.
    pub(super) cannot: &'static str,
    pub(super) no_script: &'static str,
    pub(super) try_again: &'static str,
    pub(super) try_in_a_minute: &'static str,
    pub(super) no_address: &'static str,
    pub(super) no_web_address: &'static str,
    pub(super) too_many_addresses: &'static str,
    /// With `{host}`.
    pub(super) stranger: &'static str,
    pub(super) allow_host: &'static str,
    pub(super) look_at_endpoint: &'static str,
    pub(super) wrong_domain: &'static str,
    pub(super) allow_domain: &'static str,
    pub(super) form_too_large: &'static str,
    pub(super) form_encoding: &'static str,
    pub(super) remove_enctype: &'static str,
    pub(super) form_late: &'static str,
    pub(super) form_broken: &'static str,
    pub(super) too_much: &'static str,
    pub(super) busy: &'static str,
    pub(super) too_many_chats: &'static str,
    pub(super) not_now: &'static str,
    pub(super) failed: &'static str,
}

impl Wording {
    /// That nobody allowed this host.
    pub(super) fn stranger(&self, host: &str) -> String {
        self.stranger.replace("{host}", host)
    }
}

const ENGLISH: Wording = Wording {
    tag: "en",
    direction: "ltr",
    cannot: "The chat cannot be opened",
    no_script: "To chat, switch on JavaScript in your browser and load this page again.",
    try_again: "Please go back and try again.",
    try_in_a_minute: "Please try again in a minute.",
    no_address: "No address was given to go on to.",
    no_web_address: "The address to go on to is not a plain web address.",
    too_many_addresses: "The address to go on to holds too many others.",
    stranger: "Visitors may not be sent to {host} from here.",
    allow_host: "Whoever runs this chat can allow the host: in the console, among the pages of the deployment, or as the button's own page \
                 before or for the chat.",
    look_at_endpoint: "Whoever runs the site can look at the address after endpoint= that its page was opened with.",
    wrong_domain: "Pages of this domain may not use the deployment.",
    allow_domain: "Whoever runs this chat can allow the domain: in the console, among the pages of the deployment.",
    form_too_large: "The form is too large.",
    form_encoding: "The form was sent in a way that is not read here.",
    remove_enctype: "Whoever runs the site can remove the form's enctype: it must be application/x-www-form-urlencoded.",
    form_late: "The form did not arrive in time.",
    form_broken: "The form broke off.",
    too_much: "The page sent more than can be kept.",
    busy: "The server is busy.",
    too_many_chats: "Too many chats were opened from your address.",
    not_now: "The server cannot take this now.",
    failed: "The server failed.",
};

const GERMAN: Wording = Wording {
    tag: "de",
    direction: "ltr",
    cannot: "Der Chat kann nicht geöffnet werden",
    no_script: "Schalten Sie zum Chatten JavaScript in Ihrem Browser ein und laden Sie diese Seite neu.",
    try_again: "Bitte gehen Sie zurück und versuchen Sie es noch einmal.",
    try_in_a_minute: "Bitte versuchen Sie es in einer Minute noch einmal.",
    no_address: "Es wurde keine Adresse angegeben, zu der es weitergeht.",
    no_web_address: "Die Adresse, zu der es weitergehen soll, ist keine einfache Webadresse.",
    too_many_addresses: "Die Adresse, zu der es weitergehen soll, enthält zu viele andere.",
    stranger: "Besucher dürfen von hier nicht zu {host} geschickt werden.",
    allow_host: "Wer diesen Chat betreibt, kann den Host erlauben: in der Konsole bei den Seiten des Deployments, oder als eigene Seite des \
                 Buttons vor dem Chat oder für den Chat.",
    look_at_endpoint: "Wer die Website betreibt, kann die Adresse nach endpoint= prüfen, mit der die Seite geöffnet wurde.",
    wrong_domain: "Seiten dieser Domain dürfen das Deployment nicht benutzen.",
    allow_domain: "Wer diesen Chat betreibt, kann die Domain erlauben: in der Konsole bei den Seiten des Deployments.",
    form_too_large: "Das Formular ist zu groß.",
    form_encoding: "Das Formular wurde auf eine Weise gesendet, die hier nicht gelesen wird.",
    remove_enctype: "Wer die Website betreibt, kann das enctype des Formulars entfernen: Es muss application/x-www-form-urlencoded sein.",
    form_late: "Das Formular kam nicht rechtzeitig an.",
    form_broken: "Das Formular brach ab.",
    too_much: "Die Seite hat mehr gesendet, als behalten werden kann.",
    busy: "Der Server ist überlastet.",
    too_many_chats: "Von Ihrer Adresse wurden zu viele Chats geöffnet.",
    not_now: "Der Server kann das gerade nicht annehmen.",
    failed: "Auf dem Server ist ein Fehler aufgetreten.",
};

/// What is written from left to right is set apart (U+2066 or U+2068 to U+2069), so that it keeps its order among what is not.
const ARABIC: Wording = Wording {
    tag: "ar",
    direction: "rtl",
    cannot: "تعذّر فتح الدردشة",
    no_script: "للدردشة شغّل جافاسكربت في متصفحك ثم أعد تحميل هذه الصفحة.",
    try_again: "يُرجى الرجوع والمحاولة مرة أخرى.",
    try_in_a_minute: "يُرجى المحاولة مرة أخرى بعد دقيقة.",
    no_address: "لم يُحدَّد عنوان للانتقال إليه.",
    no_web_address: "العنوان المطلوب الانتقال إليه ليس عنوان ويب عادياً.",
    too_many_addresses: "العنوان المطلوب الانتقال إليه يتضمن عناوين أخرى كثيرة.",
    stranger: "لا يجوز إرسال الزوار من هنا إلى \u{2068}{host}\u{2069}.",
    allow_host: "يستطيع من يدير هذه الدردشة السماح بهذا المضيف: في لوحة التحكم ضمن صفحات النشر، أو بوصفه صفحة خاصة بالزر قبل الدردشة أو \
                 لعرضها.",
    look_at_endpoint: "يستطيع من يدير الموقع مراجعة العنوان الذي يلي \u{2066}endpoint=\u{2069} والذي فُتحت به صفحته.",
    wrong_domain: "لا يُسمح لصفحات هذا النطاق باستخدام هذا النشر.",
    allow_domain: "يستطيع من يدير هذه الدردشة السماح بالنطاق: في لوحة التحكم ضمن صفحات النشر.",
    form_too_large: "النموذج أكبر من المسموح.",
    form_encoding: "أُرسل النموذج بطريقة لا تُقرأ هنا.",
    remove_enctype: "يستطيع من يدير الموقع حذف \u{2066}enctype\u{2069} من النموذج: يجب أن يكون \
                     \u{2066}application/x-www-form-urlencoded\u{2069}.",
    form_late: "لم يصل النموذج في الوقت المناسب.",
    form_broken: "انقطع إرسال النموذج.",
    too_much: "أرسلت الصفحة أكثر مما يمكن حفظه.",
    busy: "الخادم مشغول.",
    too_many_chats: "فُتحت دردشات كثيرة جداً من عنوانك.",
    not_now: "لا يستطيع الخادم قبول هذا الآن.",
    failed: "حدث خطأ في الخادم.",
};

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_first_language_that_is_spoken_here_is_taken() {
        use Language::{Arabic, English, German};
        for (asked, deployment, accepted, picked) in [
            (Some("de_AT"), Some("ar"), Some("en"), German),
            (Some("AR"), None, None, Arabic),
            (Some("fr"), Some("de"), Some("ar"), German),
            (Some("fr"), Some("fr"), Some("fr-CA, ar;q=0.8, en;q=0.7"), Arabic),
            (None, None, Some("en;q=0.3,de-CH;q=0.9"), German),
            (None, None, Some("de;q=0, ar;q=nonsense"), English),
            (None, None, Some("de, ar"), German),
            (Some("\"><script>"), Some(""), Some(",;=,"), English),
            (Some("deutsch"), None, None, English),
            (None, None, None, English),
        ] {
            let headers = accepted.map(|accepted| (ACCEPT_LANGUAGE, HeaderValue::from_static(accepted))).into_iter().collect();
            assert_eq!(Language::pick(asked, deployment, &headers), picked, "{asked:?} {deployment:?} {accepted:?}");
        }
    }

    #[test]
    fn every_language_names_the_host_and_none_repeats_anothers_words() {
        let all = [&ENGLISH, &GERMAN, &ARABIC];
        for wording in all {
            assert!(wording.stranger("evil.example").contains("evil.example") && !wording.stranger("evil.example").contains('{'));
        }
        let words = |w: &Wording| {
            [
                w.cannot,
                w.no_script,
                w.try_again,
                w.try_in_a_minute,
                w.no_address,
                w.no_web_address,
                w.too_many_addresses,
                w.stranger,
                w.allow_host,
                w.look_at_endpoint,
                w.wrong_domain,
                w.allow_domain,
                w.form_too_large,
                w.form_encoding,
                w.remove_enctype,
                w.form_late,
                w.form_broken,
                w.too_much,
                w.busy,
                w.too_many_chats,
                w.not_now,
                w.failed,
            ]
        };
        for (english, (german, arabic)) in words(&ENGLISH).into_iter().zip(words(&GERMAN).into_iter().zip(words(&ARABIC))) {
            assert!(english != german && english != arabic && german != arabic, "{english}");
        }
    }
}
