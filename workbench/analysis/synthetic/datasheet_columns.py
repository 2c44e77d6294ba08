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
    ("holder", "person or organisation that uses or holds it"),
    ("person", "the person's record", 'refers_to = "persons.csv"'),
    ("person_a", "the one person", 'refers_to = "persons.csv"'),
    ("person_b", "the other person", 'refers_to = "persons.csv"'),
    ("organisation", "the organisation", 'refers_to = "organisations.csv"'),
    ("phone", "the phone", 'refers_to = "phones.csv"'),
    ("account", "the account", 'refers_to = "accounts.csv"'),
    ("vehicle", "the vehicle", 'refers_to = "vehicles.csv"'),
    ("place", "the place", 'refers_to = "places.csv"'),
    ("offence", "the offence", 'refers_to = "offences.csv"'),
    ("device", "the device", 'refers_to = "devices.csv"'),
    ("online_account", "the online account", 'refers_to = "online_accounts.csv"'),
    ("ip_address", "the IP address", 'refers_to = "ip_addresses.csv"'),
    ("entity_a", "the one person's record, the lower id"),
    ("entity_b", "the other person's record"),
    ("network", "planted network; empty where there is none"),
    ("instance", "planted instance of a money pattern"),
    ("pattern", "shape in which the money moves"),
    ("record", "id of the transfer in transfers.csv"),
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
    "organisations": (
        "An organisation in a company register.",
        (_ID, ("name", "registered name (fictional)"), ("sector", "what it deals in")),
    ),
    "phones": ("A phone number (a SIM card).", (_ID, ("number", "the number, of no real country"))),
    "accounts": (
        "An account at a bank, or a wallet.",
        (
            _ID,
            ("number", "account number or wallet address (fictional)"),
            ("bank", "bank or service that keeps it"),
            ("account_type", "bank account or wallet"),
        ),
    ),
    "vehicles": ("A registered vehicle.", (_ID, ("plate", "number plate (fictional)"))),
    "places": (
        "A home, business, public place or border post.",
        (
            _ID,
            ("address", "street, number and town (fictional)"),
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
            ("label", "type and day, for a reader"),
            ("offence_type", "type of offence"),
            ("area", "area of crime that the type belongs to"),
            ("shield_level", "how distressing its material is: 0 to 3", _COUNT),
            ("mo_entry", "modus operandi: how it was begun"),
            ("mo_target", "modus operandi: against what"),
            ("mo_tool", "modus operandi: by what means"),
            ("mo_window", "modus operandi: at what time of day"),
        ),
    ),
    "devices": ("A device that SIM cards sit in.", (_ID, ("imei", "equipment number (fictional)"))),
    "online_accounts": (
        "An account at an online service.",
        (_ID, ("handle", "name that it goes by"), ("service", "service (fictional)")),
    ),
    "ip_addresses": ("An IP address of a private range.", (_ID, ("address", "the address"))),
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
    "accounts_used": ("Accounts recorded as used in an offence.", (("role", "always: used"),)),
    "identifiers_used": (
        "Online accounts and IP addresses recorded as used in an offence.",
        (("identifier", "the online account or IP address"), ("role", "always: used")),
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
        (
            ("caller", "phone that called", _PHONE),
            ("callee", "phone that was called", _PHONE),
            ("duration", "length of the call", 'type = "integer", unit = "s"'),
        ),
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
    "truth/ties": (
        "Two persons who are really tied.",
        (("kind", "what ties them"), ("since", "from when", 'type = "time"')),
    ),
    "truth/same_person": ("Two records of one person.", ()),
    "truth/tainted": (
        "A transfer of laundered money.",
        (
            ("layer", "step of the instance that it belongs to, from 0", _COUNT),
            ("share", "share of the amount that is proceeds", _NUMBER + '"none"'),
        ),
    ),
    "truth/networks": (
        "A planted network.",
        (
            ("network", "the network"),
            ("kind", "how it is organised"),
            ("area", "area of crime"),
            ("fused", "yes where no single channel shows it"),
            ("n_members", "how many ever belonged", _COUNT),
        ),
    ),
    "truth/roles": (
        "Who belongs to a planted network, and as what.",
        (
            ("entity", "the person's record", _PERSON),
            ("kind", "how the network is organised"),
            ("role", "the person's part in it"),
            ("since", "from when", 'type = "time"'),
            ("until", "until when; empty where still in it", 'type = "time"'),
        ),
    ),
    "truth/series": ("An offence of a series.", (("series", "the series"),)),
    "truth/patterns": (
        "A planted instance of a money pattern; look-alikes have no network.",
        (
            ("start", "first transfer", 'type = "time"'),
            ("n_transfers", "how many transfers it has", _COUNT),
        ),
    ),
    "truth/pattern_transfers": ("A transfer of a planted instance.", ()),
    "truth/offence_places": ("Where an offence happened, recorded or not.", ()),
    "truth/new_modi_operandi": (
        "A way of offending that is new, or drifts.",
        (
            ("offence_type", "type of offence"),
            ("column", "part of the modus operandi"),
            ("value", "what is new in it"),
            ("first_day", "day it first occurs", 'type = "date"'),
            ("kind", "absent before, or drift"),
        ),
    ),
    "truth/reports": (
        "A report and where it came from.",
        (
            ("report", "the report as delivered"),
            ("origin_report", "the report that it repeats; itself where it repeats none"),
        ),
    ),
    "truth/bias": (
        "A parameter of the planted bias, and the gaps to expect.",
        (
            ("parameter", "name of the parameter"),
            ("attribute", "sensitive feature that it goes by"),
            ("group", "group that is treated differently"),
            ("value", "value for the group", _NUMBER + '"none"'),
            ("value_elsewhere", "value for everybody else", _NUMBER + '"none"'),
            ("n", "units in the group that it applies to", _COUNT),
            ("n_elsewhere", "units elsewhere that it applies to", _COUNT),
            ("expected_gap", "gap in the parameter itself", _NUMBER + '"none"'),
            ("expected_fpr_gap", "gap in false positive rate of labels", _NUMBER + '"none"'),
            ("expected_fnr_gap", "gap in false negative rate of labels", _NUMBER + '"none"'),
            ("expected_selection_gap", "gap in the share labelled", _NUMBER + '"none"'),
            ("measure", "what the parameter is a rate of"),
        ),
    ),
}
