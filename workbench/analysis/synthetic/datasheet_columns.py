"""What every file and column of a written world holds, as its dataset.toml says it."""

Column = tuple[str, str] | tuple[str, str, str]  # name, meaning, what more TOML says of it

_NUMBER = 'type = "number", unit = '
_COUNT = 'type = "integer", unit = "none"'


def _refers(file: str) -> str:
    return f'refers_to = "{file}.csv"'


COLUMNS: tuple[Column, ...] = (
    ("member_state", "state that delivered the row: AV, BM or CV"),
    ("source", "kind of authority or firm in that state that delivered it"),
    ("source_grade", "how reliable the source is: A, B, C, or X not to be judged"),
    ("information_grade", "how sure the information is: 1 to 4"),
    ("handling", "H0 free within its purpose; H1, H2, H3 restrict use and combine"),
    (
        "occurred_at",
        "when it happened; empty where the row tells of a lasting state",
        'type = "time"',
    ),
    ("known_at", "when it became known to the delivering state", 'type = "time"'),
)
_PERSON, _OFFENCE, _ACCOUNT = _refers("persons"), _refers("offences"), _refers("accounts")
_PHONE, _PLACE = _refers("phones"), _refers("places")
_ID: Column = ("id", "id of the row's entity, a random number")
FILES: dict[str, tuple[str, tuple[Column, ...]]] = {
    "persons": (
        "A person in one state's register; the same person may stand in several.",
        (
            _ID,
            ("name", "given, middle and family name as that register's clerks wrote it"),
            ("also_known_as", "another name that the record lists"),
            ("birth_date", "birth date; may be missing or have day and month changed over"),
            ("sex", "sex"),
            ("age_band", "age in years on 2023-01-01, in bands"),
            ("nationality", "state whose nationality is held, or other"),
            ("community", "community of descent (fictional)"),
            ("script", "script that the name is written in"),
            ("district", "district lived in: state and number"),
        ),
    ),
    "organisations": ("An organisation in a company register.", (_ID,)),
    "phones": ("A phone number (a SIM card).", (_ID,)),
    "accounts": ("An account at a bank, or a wallet.", (_ID,)),
    "vehicles": ("A registered vehicle.", (_ID,)),
    "places": (
        "A home, business, public place or border post.",
        (
            _ID,
            ("x_km", "east of the map's south-west corner", _NUMBER + '"km"'),
            ("y_km", "north of the map's south-west corner", _NUMBER + '"km"'),
            ("segment", "street segment, of about 200 m"),
            ("place_type", "home, business, public or border post"),
        ),
    ),
    "offences": (
        "An offence as police recorded it; of child sexual abuse no more than that.",
        (
            _ID,
            ("shield_level", "how distressing its material is: 0 to 3", _COUNT),
            ("mo_entry", "modus operandi: how it was begun"),
            ("mo_target", "modus operandi: against what"),
            ("mo_tool", "modus operandi: by what means"),
            ("mo_window", "modus operandi: at what time of day"),
        ),
    ),
    "devices": ("A device that SIM cards sit in.", (_ID,)),
    "online_accounts": ("An account at an online service.", (_ID,)),
    "ip_addresses": ("An IP address of a private range.", (_ID,)),
    "uses": ("Who uses which phone.", (("phone", "the phone", _PHONE),)),
    "uses_online": (
        "Who uses which online account.",
        (("online_account", "the online account", _refers("online_accounts")),),
    ),
    "holds": ("Who holds which account.", (("account", "the account", _ACCOUNT),)),
    "owns": ("Who owns, or is on record as driving, which vehicle.", ()),
    "directs": ("Who directs which organisation.", ()),
    "beneficially_owns": ("Who is a beneficial owner of which organisation.", ()),
    "lives_at": ("Who is registered at which place.", (("place", "the place", _PLACE),)),
    "related_to": (
        "Kinship in registers.",
        (("relation", "what the first is to the second: partner, parent or sibling"),),
    ),
    "involved_in": (
        "Who was recorded in which offence, and in which category.",
        (
            ("person", "the person's record", _PERSON),
            ("offence", "the offence", _OFFENCE),
            ("role", "suspect, victim or witness, as recorded"),
        ),
    ),
    "accounts_used": ("Accounts recorded as used in an offence.", ()),
    "identifiers_used": (
        "Online accounts and IP addresses recorded as used in an offence.",
        (("identifier", "the online account or IP address"),),
    ),
    "happened_at": ("Where an offence happened, as far as recorded.", ()),
    "associated_with": (
        "Two persons whom a report names together.",
        (
            ("reason", "why they were named together"),
            ("report", "the report that said so"),
            ("origin", "who reported it first, as far as the delivering state knows"),
        ),
    ),
    "sim_in_device": ("A SIM card first seen in a device.", ()),
    "calls": (
        "One call.",
        (("duration", "length of the call", 'type = "integer", unit = "s"'),),
    ),
    "transfers": (
        "One transfer between two accounts, as the payer's bank delivered it.",
        (
            ("id", "record's id, numbered as it became known"),
            ("payer", "account that paid", _ACCOUNT),
            ("payee", "account that was paid", _ACCOUNT),
            ("amount", "amount sent", _NUMBER + '"EUR"'),
            ("currency", "currency of the amount"),
            ("rail", "how it was paid"),
        ),
    ),
    "crossings": ("A vehicle that a border post recorded.", ()),
    "logins": ("A login to an online account from an IP address.", ()),
    "cases": ("One entity of one case.", ()),
}
