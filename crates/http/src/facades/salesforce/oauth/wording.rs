//! What the page says on which a person lets an app in. Whoever translates copies one [`Wording`] and leaves `{app}` where it is.

use engine::definition::Scope;

use crate::pages::wording::Language;

/// Everything that is said, in one language.
#[derive(Debug)]
pub(super) struct Wording {
    /// BCP 47.
    pub(super) tag: &'static str,
    /// `ltr` or `rtl`.
    pub(super) direction: &'static str,
    pub(super) sign_in: &'static str,
    /// Before the app's name.
    pub(super) wants_in: &'static str,
    pub(super) login: &'static str,
    pub(super) password: &'static str,
    pub(super) code: &'static str,
    pub(super) go_on: &'static str,
    pub(super) let_in: &'static str,
    /// Before the list of what it may do.
    pub(super) it_may: &'static str,
    /// Before the user's name.
    pub(super) signed_in_as: &'static str,
    /// Before the address.
    pub(super) goes_to: &'static str,
    pub(super) allow: &'static str,
    pub(super) deny: &'static str,
    pub(super) refused: &'static str,
    pub(super) code_needed: &'static str,
    pub(super) password_change: &'static str,
    pub(super) too_many: &'static str,
    pub(super) again: &'static str,
    pub(super) cannot: &'static str,
    pub(super) unknown_app: &'static str,
    pub(super) wrong_address: &'static str,
    pub(super) malformed: &'static str,
    pub(super) foreign_form: &'static str,
    pub(super) not_now: &'static str,
    pub(super) failed: &'static str,
    api: &'static str,
    refresh_token: &'static str,
    identity: &'static str,
    full: &'static str,
}

impl Wording {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
            Language::Arabic => &ARABIC,
        }
    }

    /// What a scope lets an app do.
    pub(super) fn scope(&self, scope: Scope) -> &'static str {
        match scope {
            Scope::Api => self.api,
            Scope::RefreshToken => self.refresh_token,
            Scope::OpenId | Scope::Id | Scope::Profile | Scope::Email => self.identity,
            Scope::Full => self.full,
        }
    }
}

const ENGLISH: Wording = Wording {
    tag: "en",
    direction: "ltr",
    sign_in: "Sign in",
    wants_in: "This app wants to act in your name:",
    login: "Login",
    password: "Password",
    code: "One-time code, if you use one",
    go_on: "Go on",
    let_in: "Let this app in?",
    it_may: "It will be able to:",
    signed_in_as: "You are signed in as",
    goes_to: "You will be sent on to",
    allow: "Allow",
    deny: "Deny",
    refused: "Login, password or one-time code is wrong.",
    code_needed: "Give the one-time code as well.",
    password_change: "Somebody else chose your password: sign in to the console and change it first.",
    too_many: "Too many sign-ins failed. Try again in some minutes.",
    again: "This took too long, or your browser keeps no cookies. Please sign in again.",
    cannot: "This app cannot be let in",
    unknown_app: "There is no such app here, or it is switched off.",
    wrong_address: "The app asks to send you to an address that was not registered for it. Whoever runs the app must ask the administrator to \
                    register the address.",
    malformed: "The app's request is malformed.",
    foreign_form: "This form was not sent by this page.",
    not_now: "The server cannot do this now. Please try again.",
    failed: "The server failed.",
    api: "read and change records that you may read and change",
    refresh_token: "do so at any time, also when you are away, until you or an administrator end it",
    identity: "know who you are",
    full: "do everything that you may do",
};

const GERMAN: Wording = Wording {
    tag: "de",
    direction: "ltr",
    sign_in: "Anmelden",
    wants_in: "Diese App möchte in Ihrem Namen handeln:",
    login: "Anmeldename",
    password: "Passwort",
    code: "Einmalcode, falls Sie einen verwenden",
    go_on: "Weiter",
    let_in: "Diese App zulassen?",
    it_may: "Sie wird Folgendes können:",
    signed_in_as: "Sie sind angemeldet als",
    goes_to: "Sie werden weitergeleitet zu",
    allow: "Zulassen",
    deny: "Ablehnen",
    refused: "Anmeldename, Passwort oder Einmalcode ist falsch.",
    code_needed: "Geben Sie auch den Einmalcode an.",
    password_change: "Jemand anderes hat Ihr Passwort gewählt: Melden Sie sich zuerst in der Konsole an und ändern Sie es.",
    too_many: "Zu viele Anmeldungen sind fehlgeschlagen. Versuchen Sie es in einigen Minuten noch einmal.",
    again: "Das hat zu lange gedauert, oder Ihr Browser behält keine Cookies. Bitte melden Sie sich noch einmal an.",
    cannot: "Diese App kann nicht zugelassen werden",
    unknown_app: "Diese App gibt es hier nicht, oder sie ist abgeschaltet.",
    wrong_address: "Die App möchte Sie zu einer Adresse schicken, die für sie nicht eingetragen ist. Wer die App betreibt, muss die Adresse vom \
                    Administrator eintragen lassen.",
    malformed: "Die Anfrage der App ist fehlerhaft.",
    foreign_form: "Dieses Formular kam nicht von dieser Seite.",
    not_now: "Der Server kann das gerade nicht. Bitte versuchen Sie es noch einmal.",
    failed: "Auf dem Server ist ein Fehler aufgetreten.",
    api: "Datensätze lesen und ändern, die Sie lesen und ändern dürfen",
    refresh_token: "das jederzeit tun, auch wenn Sie nicht da sind, bis Sie oder ein Administrator es beenden",
    identity: "wissen, wer Sie sind",
    full: "alles tun, was Sie tun dürfen",
};

const ARABIC: Wording = Wording {
    tag: "ar",
    direction: "rtl",
    sign_in: "تسجيل الدخول",
    wants_in: "يريد هذا التطبيق أن يتصرّف باسمك:",
    login: "اسم الدخول",
    password: "كلمة المرور",
    code: "رمز المرة الواحدة، إن كنت تستخدمه",
    go_on: "متابعة",
    let_in: "هل تسمح لهذا التطبيق؟",
    it_may: "سيستطيع أن:",
    signed_in_as: "سجّلت الدخول باسم",
    goes_to: "ستُنقل إلى",
    allow: "السماح",
    deny: "الرفض",
    refused: "اسم الدخول أو كلمة المرور أو رمز المرة الواحدة غير صحيح.",
    code_needed: "أدخل رمز المرة الواحدة أيضًا.",
    password_change: "اختار شخص آخر كلمة مرورك: سجّل الدخول إلى وحدة التحكم وغيّرها أولًا.",
    too_many: "فشلت محاولات كثيرة لتسجيل الدخول. حاول مرة أخرى بعد بضع دقائق.",
    again: "استغرق هذا وقتًا طويلًا، أو أن متصفحك لا يحتفظ بملفات تعريف الارتباط. سجّل الدخول مرة أخرى.",
    cannot: "لا يمكن السماح لهذا التطبيق",
    unknown_app: "لا يوجد تطبيق كهذا هنا، أو أنه متوقف.",
    wrong_address: "يطلب التطبيق نقلك إلى عنوان غير مسجّل له. على من يدير التطبيق أن يطلب من المسؤول تسجيل العنوان.",
    malformed: "طلب التطبيق غير صالح.",
    foreign_form: "لم يُرسل هذا النموذج من هذه الصفحة.",
    not_now: "لا يستطيع الخادم ذلك الآن. حاول مرة أخرى.",
    failed: "حدث خطأ في الخادم.",
    api: "يقرأ ويغيّر السجلات التي يحق لك قراءتها وتغييرها",
    refresh_token: "يفعل ذلك في أي وقت، حتى في غيابك، إلى أن تنهيه أنت أو المسؤول",
    identity: "يعرف من أنت",
    full: "يفعل كل ما يحق لك فعله",
};
