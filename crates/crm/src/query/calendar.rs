//! The user's calendar: when days, weeks and fiscal years begin (`salesforce.md` 2.4).

use domain::time::Timestamp;
use jiff::{
    Span,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use sea_query::{Expr, ExprTrait as _, Query};
use soql::ast::{DateLiteral, Period, Unit};

use crate::{Reader, Result, Scope};

/// By whose day *today* is, and on which day a week begins.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The user's.
    pub zone: TimeZone,
    /// The first day of a week, as the user's locale has it.
    pub first_weekday: Weekday,
    /// The month in which the fiscal year begins, 1 to 12.
    pub fiscal_month: i8,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, first_weekday: Weekday::Sunday, fiscal_month: 1 }
    }
}

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// Where weeks begin on Sunday, and where on Saturday; elsewhere on Monday (the Unicode Consortium's CLDR).
const SUNDAY: &str = "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE PH PK \
                      PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW";
const SATURDAY: &str = "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY";

/// `de_DE`, `en_US`
fn first_weekday(locale: &str) -> Weekday {
    let country = locale.split('_').find(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase()));
    let begins = |countries: &str| country.is_some_and(|country| countries.split(' ').any(|known| known == country));
    if begins(SUNDAY) || (country.is_none() && locale == "en") {
        Weekday::Sunday
    } else if begins(SATURDAY) {
        Weekday::Saturday
    } else {
        Weekday::Monday
    }
}

impl Calendar {
    /// The user's, from their record: their zone, and their locale's week.
    pub(super) async fn of(reader: &mut Reader<'_>, scope: &Scope, usual: &Self) -> Result<Self> {
        let fields = ["TimeZoneSidKey", "LocaleSidKey"];
        let Some(user) = scope.schema.object("User").filter(|user| fields.iter().all(|name| user.field(name).is_some())) else {
            return Ok(usual.clone());
        };
        let select = Query::select()
            .columns(["timezonesidkey", "localesidkey"])
            .from(scope.schema.table(user))
            .and_where(Expr::col("id").eq(scope.caller.user.short()))
            .take();
        let rows = super::fetch(reader, "a user's calendar", &select).await?;
        let Some(row) = rows.first() else { return Ok(usual.clone()) };
        let (zone, locale): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
        Ok(Self {
            zone: zone.and_then(|zone| TimeZone::get(&zone).ok()).unwrap_or_else(|| usual.zone.clone()),
            first_weekday: locale.as_deref().map_or(usual.first_weekday, first_weekday),
            fiscal_month: usual.fiscal_month,
        })
    }

    /// The first day that a literal means and the first after it; `None` where that is beyond all calendars.
    pub(super) fn days(&self, literal: DateLiteral, now: Timestamp) -> Option<(Date, Date)> {
        let today = jiff::Timestamp::from_microsecond(now.0).ok()?.to_zoned(self.zone.clone()).date();
        let day = |from: i64, count: i64| Some((plus(today, Unit::Day, from)?, plus(today, Unit::Day, from + count)?));
        let period = |period: Period, from: i64, count: i64| {
            let start = self.start(today, period);
            Some((plus(start, Unit::Period(period), from)?, plus(start, Unit::Period(period), from + count)?))
        };
        match literal {
            DateLiteral::Yesterday => day(-1, 1),
            DateLiteral::Today => day(0, 1),
            DateLiteral::Tomorrow => day(1, 1),
            DateLiteral::Last90Days => day(-90, 91),
            DateLiteral::Next90Days => day(1, 90),
            DateLiteral::Last(each) => period(each, -1, 1),
            DateLiteral::This(each) => period(each, 0, 1),
            DateLiteral::Next(each) => period(each, 1, 1),
            // Days count today, longer ones leave out the one that is not over.
            DateLiteral::LastN(Unit::Day, count) => day(-i64::from(count), i64::from(count) + 1),
            DateLiteral::LastN(Unit::Period(each), count) => period(each, -i64::from(count), count.into()),
            DateLiteral::NextN(Unit::Day, count) => day(1, count.into()),
            DateLiteral::NextN(Unit::Period(each), count) => period(each, 1, count.into()),
            DateLiteral::Ago(Unit::Day, count) => day(-i64::from(count), 1),
            DateLiteral::Ago(Unit::Period(each), count) => period(each, -i64::from(count), 1),
        }
    }

    /// When a day begins here.
    pub(super) fn instant(&self, day: Date) -> Option<i64> {
        Some(day.to_zoned(self.zone.clone()).ok()?.timestamp().as_microsecond())
    }

    /// The first day of the period that a day is in.
    fn start(&self, day: Date, period: Period) -> Date {
        let months_in = |since: i8, length: i8| (day.month() - since).rem_euclid(12) % length;
        let back = match period {
            Period::Week => return day.saturating_sub(Span::new().days(day.weekday().since(self.first_weekday))),
            Period::Month => 0,
            Period::Quarter => months_in(1, 3),
            Period::Year => months_in(1, 12),
            Period::FiscalQuarter => months_in(self.fiscal_month, 3),
            Period::FiscalYear => months_in(self.fiscal_month, 12),
        };
        day.first_of_month().saturating_sub(Span::new().months(back))
    }

    /// When clocks here change, and by how many microseconds they are ahead of UTC before and after: what SQL reckons local time with.
    ///
    /// Zones without an end to their rules are followed up to 2100; before 1970 what was in force then is taken.
    pub(super) fn offsets(&self) -> (i64, Vec<(i64, i64)>) {
        const FROM: i64 = 0;
        const UNTIL: i64 = 4_102_444_800;
        let ahead = |at: i64| {
            let at = jiff::Timestamp::from_second(at).expect("within the range of instants");
            i64::from(self.zone.to_offset(at).seconds()) * 1_000_000
        };
        let start = jiff::Timestamp::from_second(FROM).expect("within the range of instants");
        let changes = self
            .zone
            .following(start)
            .map(|change| change.timestamp().as_second())
            .take_while(|at| *at < UNTIL)
            .map(|at| (at * 1_000_000, ahead(at)))
            .collect();
        (ahead(FROM), changes)
    }
}

fn plus(day: Date, unit: Unit, count: i64) -> Option<Date> {
    let months = match unit {
        Unit::Day => return day.checked_add(Span::new().try_days(count).ok()?).ok(),
        Unit::Period(Period::Week) => return day.checked_add(Span::new().try_weeks(count).ok()?).ok(),
        Unit::Period(Period::Month) => 1,
        Unit::Period(Period::Quarter | Period::FiscalQuarter) => 3,
        Unit::Period(Period::Year | Period::FiscalYear) => 12,
    };
    day.checked_add(Span::new().try_months(count.checked_mul(months)?).ok()?).ok()
}

/// Midnight of a day in UTC, as dates are kept.
pub(super) fn midnight(day: Date) -> i64 {
    let since = day.since(Date::constant(1970, 1, 1)).expect("days between two dates");
    i64::from(since.get_days()) * DAY
}

/// The day of which this is the midnight.
pub(super) fn day_of(micros: i64) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(Span::new().try_days(micros.div_euclid(DAY)).ok()?).ok()
}
