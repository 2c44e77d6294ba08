"""The dataset.toml of a synthetic world: its datasheet and the mapping of its tables."""

from workbench.analysis.synthetic.datasheet_columns import COLUMNS, FILES

_HEAD = '''# Made by: workbench world --size {size} --seed {seed} --bias {bias} --out DIR
# Nothing in it is about a real person, place or firm. datasets/README.md explains every line.
name = "{name}"
title = "Synthetic world, size {letter}, seed {seed}, bias {bias}"
licence = "CC0-1.0"
synthetic = true
description = """
Three fictional Member States (AV Arvenia, BM Belmark, CV Corvenia) over 2023 and 2024: what their
registers, banks, network operators, online services, border guards and police delivered. Planted
networks and laundering lie among innocent look-alikes; about 60 % of it becomes known through
later records. Truth lies apart in truth/ and is read by evaluation alone."""
version = "2"
published_on = 2026-11-23
purpose = "To train, test, explain and audit models against a truth that is known."
not_for = "Any statement about a real person, group, place or country."
origin = "Made by a program from a scenario file and one seed; nobody was observed."
creator = "The workbench's world generator"
sensitive_reason = "Audits by subgroup join them; no model reads them."
known_problems = [
    "Size S has far more crime than life has, so that models can be trained in seconds.",
    "Statements, logins and crossings are delivered in part, as investigations ask for them.",
    "Everybody is grown up: nobody under 18 is in it.",
]
known_biases = [
    "{biases}",
]
max_rejected_share = 0.0
sensitive = [
    "birth_date", "sex", "age_band", "nationality", "community", "script", "district",
]
cases = "cases.csv"

[covers]
from = 2023-01-01
until = 2024-12-31

[generator]
name = "workbench world"
version = "2"
scenario = "{scenario}"
size = "{size}"
seed = {seed}
parameters = {{ bias = "{bias}" }}
'''
_BIASES = {
    "none": "None is planted: recording, naming, misspelling and patrols treat all alike.",
}
_PLANTED = (
    "Planted, of known size, for one community: stopped more, named falsely more, misspelt more, "
    "recorded more when guilty, and living in districts of its own; truth/bias.csv has the gaps."
)
ENTITIES = (  # file, kind, label
    ("persons", "person", "name"),
    ("organisations", "organisation", "name"),
    ("phones", "phone", "number"),
    ("accounts", "account", "number"),
    ("vehicles", "vehicle", "plate"),
    ("places", "place", "address"),
    ("offences", "offence", "label"),
    ("devices", "entity", "imei"),
    ("online_accounts", "entity", "handle"),
    ("ip_addresses", "entity", "address"),
)
LINKS = (  # file, kind, from, kind, to, kind, what else
    ("uses", "uses", "holder", "person", "phone", "phone", ()),
    ("uses_online", "uses", "person", "person", "online_account", "entity", ()),
    ("holds", "holds", "holder", "person", "account", "account", ()),
    ("owns", "owns", "person", "person", "vehicle", "vehicle", ()),
    ("directs", "directs", "person", "person", "organisation", "organisation", ()),
    ("beneficially_owns", "owns", "person", "person", "organisation", "organisation", ()),
    ("lives_at", "lives_at", "person", "person", "place", "place", ()),
    ("related_to", "linked_to", "person_a", "person", "person_b", "person", ()),
    ("involved_in", "involved_in", "person", "person", "offence", "offence", ("role",)),
    ("accounts_used", "involved_in", "account", "account", "offence", "offence", ("role",)),
    ("identifiers_used", "involved_in", "identifier", "entity", "offence", "offence", ("role",)),
    ("happened_at", "happened_at", "offence", "offence", "place", "place", ()),
    ("associated_with", "associated_with", "person_a", "person", "person_b", "person", ()),
    ("sim_in_device", "linked_to", "phone", "phone", "device", "entity", ()),
    ("calls", "called", "caller", "phone", "callee", "phone", ()),
    ("transfers", "transferred", "payer", "account", "payee", "account", ("amount", "record")),
    ("crossings", "linked_to", "vehicle", "vehicle", "place", "place", ()),
    ("logins", "linked_to", "online_account", "entity", "ip_address", "entity", ()),
)
_COLUMN_OF = {"role": "role", "amount": "amount", "record": "id"}
TRUTH = (
    *("ties", "same_person", "tainted", "networks", "roles", "series", "patterns"),
    *("pattern_transfers", "offence_places", "new_modi_operandi", "reports", "bias"),
)


def datasheet(*, name: str, size: str, seed: int, bias: str, scenario: str = "default") -> str:
    """The text of dataset.toml for one world."""
    biases = _BIASES.get(bias, _PLANTED)
    head = {"name": name, "size": size, "letter": size.upper(), "seed": seed, "bias": bias}
    parts = [_HEAD.format(**head, scenario=scenario, biases=biases)]
    parts.append("\n[truth]\n" + "".join(f'{t} = "truth/{t}.csv"\n' for t in TRUTH))
    parts.append("\n[columns]\n" + "".join(_column(*column) for column in COLUMNS))
    for file, (about, columns) in FILES.items():
        parts.append(f'\n[files."{file}.csv"]\nabout = "{about}"\n')
        if columns:
            parts.append(f'[files."{file}.csv".columns]\n')
            parts += [_column(*column) for column in columns]
    parts += [
        f'\n[[entities]]\nfile = "{file}.csv"\nkind = "{kind}"\nid = "id"\nlabel = "{label}"\n'
        for file, kind, label in ENTITIES
    ]
    for file, kind, source, source_kind, target, target_kind, more in LINKS:
        parts.append(
            f'\n[[links]]\nfile = "{file}.csv"\nkind = "{kind}"\nfrom = "{source}"\n'
            f'from_kind = "{source_kind}"\nto = "{target}"\nto_kind = "{target_kind}"\n'
            + "".join(f'{what} = "{_COLUMN_OF[what]}"\n' for what in more)
        )
    return "".join(parts)


def _column(name: str, meaning: str, more: str = "") -> str:
    if not more:
        return f'{name} = "{meaning}"\n'
    return f'{name} = {{ meaning = "{meaning}", {more} }}\n'
