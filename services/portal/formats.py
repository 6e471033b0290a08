"""Dates, durations, sizes and money as the reader's language and time zone write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation

from babel import Locale, dates, numbers
from flask_babel import get_locale, get_timezone

from services.portal.tongue import gettext, ngettext
from shared import clock

MINUTE, HOUR, DAY = 60, 3600, 86400
WEEK_DAYS = 6
NEAR = timedelta(hours=24)

# Babel's own medium forms carry dots and seconds that a person would not write in a sentence.
PATTERNS: dict[str, dict[str, str]] = {
    "pt": {
        "time": "H'h'mm",
        "hour": "H'h'",
        "weekday": "EEE",
        "day": "d MMM",
        "weekday_day": "EEE, d MMM",
        "day_year": "d MMM y",
        "month": "MMM y",
        "exact": "EEEE, d 'de' MMMM 'de' y, H'h'mm",
    },
    "en": {
        "time": "h:mm a",
        "hour": "h a",
        "weekday": "EEE",
        "day": "MMM d",
        "weekday_day": "EEE, MMM d",
        "day_year": "MMM d, y",
        "month": "MMM y",
        "exact": "EEEE, MMMM d, y, h:mm a",
    },
    "es": {
        "time": "H:mm",
        "hour": "H 'h'",
        "weekday": "EEE",
        "day": "d MMM",
        "weekday_day": "EEE d MMM",
        "day_year": "d MMM y",
        "month": "MMM y",
        "exact": "EEEE d 'de' MMMM 'de' y, H:mm",
    },
}


def here() -> tuple[Locale, tzinfo]:
    """The reader's language and time zone."""
    return get_locale() or Locale("pt", "BR"), get_timezone() or dates.get_timezone("America/Sao_Paulo")


def local(moment: datetime) -> datetime:
    """The instant on the reader's wall clock."""
    return moment.astimezone(here()[1])


def _written(moment: datetime | date, pattern: str) -> str:
    locale, zone = here()
    form = PATTERNS.get(locale.language, PATTERNS["en"])[pattern]
    if isinstance(moment, datetime):
        text = dates.format_datetime(moment, form, tzinfo=zone, locale=locale)
    else:
        text = dates.format_date(moment, form, locale=locale)
    return text.replace(".", "").replace("\u202f", " ")


def clock_time(moment: datetime) -> str:
    """The time of day: 15h30, and 16h on the hour."""
    return _written(moment, "time" if local(moment).minute else "hour")


def exact(moment: datetime) -> str:
    """The whole instant, for hovering and for screen readers."""
    return _written(moment, "exact")


def day(moment: datetime | date, now: datetime | None = None) -> str:
    """The day, with its year unless that is the present one: 4 dez 2026."""
    day_of = local(moment).date() if isinstance(moment, datetime) else moment
    return _written(day_of, "day" if day_of.year == local(now or clock.now()).year else "day_year")


def whole_day(moment: date) -> str:
    """The day with its year, as a value that somebody gave."""
    return _written(moment, "day_year")


def month(moment: date) -> str:
    """The month with its year: nov 2026."""
    return _written(moment, "month")


def weekday_day(moment: datetime) -> str:
    """The day with the day of the week: ter, 17 nov."""
    return _written(moment, "weekday_day")


def when(moment: datetime, now: datetime | None = None) -> str:
    """When something was or will be, as one would say it: ontem, 15h30."""
    return gettext("%(day)s, %(time)s", day=_called(moment, now or clock.now()), time=clock_time(moment))


def by_when(moment: datetime, now: datetime | None = None) -> str:
    """A deadline in full: seg, 7 dez, 15h30."""
    at = now or clock.now()
    if abs((local(moment).date() - local(at).date()).days) <= 1:
        return when(moment, at)
    return gettext("%(day)s, %(time)s", day=weekday_day(moment), time=clock_time(moment))


def by(moment: datetime, now: datetime | None = None) -> str:
    """A deadline in few words: with its time while that is near, else the day alone."""
    at = now or clock.now()
    return when(moment, at) if moment - at < 2 * NEAR else _called(moment, at)


def _called(moment: datetime, now: datetime) -> str:
    apart = (local(moment).date() - local(now).date()).days
    if apart == 0:
        return gettext("today")
    if apart == -1:
        return gettext("yesterday")
    if apart == 1:
        return gettext("tomorrow")
    if -WEEK_DAYS <= apart <= WEEK_DAYS:
        return _written(moment, "weekday")
    return day(moment, now)


def lasting(length: timedelta) -> str:
    """A duration in its two largest units: 2 h 28 min, 5 dias 5 h."""
    seconds = max(0, int(length.total_seconds()))
    days, rest = divmod(seconds, DAY)
    hours, minutes = rest // HOUR, rest % HOUR // MINUTE
    if days:
        text = ngettext("%(num)d day", "%(num)d days", days)
        return f"{text} {hours} h" if hours and days < 10 else text
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else gettext("less than 1 min")


def about(length: timedelta) -> str:
    """A duration in its largest unit: 2 h, 5 dias."""
    seconds = max(0, int(length.total_seconds()))
    if seconds >= DAY:
        return ngettext("%(num)d day", "%(num)d days", seconds // DAY)
    if seconds >= HOUR:
        return f"{seconds // HOUR} h"
    return f"{max(1, seconds // MINUTE)} min"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago: há 3 h; just now below a minute."""
    length = (now or clock.now()) - moment
    if length < timedelta(minutes=1):
        return gettext("just now")
    return gettext("%(duration)s ago", duration=about(length))


def held_for(moment: datetime, now: datetime | None = None) -> str:
    """Since how long something is so: há 3 h, for 3 h."""
    length = (now or clock.now()) - moment
    if length < timedelta(minutes=1):
        return gettext("since just now")
    return gettext("for %(duration)s", duration=about(length))


def urgency(due: datetime, near: datetime | None = None, now: datetime | None = None) -> str:
    """Where a deadline stands: late, near or far. `near` is when it becomes near; unknown, that is a day before."""
    at = now or clock.now()
    if due <= at:
        return "late"
    return "near" if at >= (near or due - NEAR) else "far"


def deadline(due: datetime, now: datetime | None = None) -> str:
    """A deadline as a list shows it: há 1 h when missed, hoje, 16h when near, qua, 11h."""
    at = now or clock.now()
    return gettext("%(duration)s late", duration=about(at - due)) if due <= at else when(due, at)


def size(number: int) -> str:
    """A file's size: 214 KB."""
    locale = here()[0]
    value, unit = float(number), "B"
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    rounded = round(value, 1) if value < 10 and unit not in ("B", "KB") else round(value)
    return f"{numbers.format_decimal(rounded, locale=locale)} {unit}"


def money(value: str, currency: str = "BRL") -> str:
    """An amount in wire form ("99.90") as the reader writes it, with its sign."""
    amount = decimal_of(value)
    return value if amount is None else numbers.format_currency(amount, currency, locale=here()[0])


def sign(currency: str) -> str:
    """The sign of a currency: R$."""
    return numbers.get_currency_symbol(currency, locale=here()[0])


def number(value: str | int | Decimal) -> str:
    """A number as the reader writes it."""
    amount = decimal_of(str(value))
    return (
        str(value) if amount is None else numbers.format_decimal(amount, locale=here()[0], decimal_quantization=False)
    )


def decimal_of(value: str) -> Decimal | None:
    """The number in wire form, or None where it is none."""
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def amount(value: str) -> str:
    """An amount in wire form as one types it: 1.284,90, without the currency's sign."""
    found = decimal_of(value)
    return value if found is None else numbers.format_decimal(found, format="#,##0.00", locale=here()[0])


def wall_clock(value: str) -> str:
    """An instant in wire form as an input of date and time shows it: on the reader's wall clock."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (local(moment) if moment.tzinfo else moment).strftime("%Y-%m-%dT%H:%M")


def at_here(moment: datetime) -> datetime:
    """A time of day without a zone, as one of the reader's wall clock."""
    zone = here()[1]
    if hasattr(zone, "localize"):
        return zone.localize(moment)  # type: ignore[no-any-return]
    return moment.replace(tzinfo=zone)
