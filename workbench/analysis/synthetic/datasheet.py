"""The dataset.toml of a synthetic world: its datasheet and the mapping of its tables."""

_HEAD = '''# Made by: workbench world --size {size} --seed {seed} --bias {bias} --out DIR
# Nothing in it is about a real person, place or firm. datasets/README.md explains every line.
name = "{name}"
title = "Synthetic world, size {letter}, seed {seed}, bias {bias}"
licence = "CC0-1.0"
synthetic = true
description = """
Three fictional Member States (AV Arvenia, BM Belmark, CV Corvenia) over 2023 and 2024: what their
registers, banks, network operators, border guards and police delivered. Planted networks and
laundering lie among innocent look-alikes; about 60 % of it becomes known through later records.
Truth lies apart in truth/ and is read by evaluation alone."""
max_rejected_share = 0.0
sensitive = ["sex", "age_band", "nationality", "community", "script", "district"]
cases = "cases.csv"
'''
_ENTITIES = (  # file, kind, label
    ("persons", "person", "name"),
    ("organisations", "organisation", "name"),
    ("phones", "phone", "number"),
    ("accounts", "account", "number"),
    ("vehicles", "vehicle", "plate"),
    ("places", "place", "address"),
    ("offences", "offence", "label"),
)
_LINKS = (  # file, kind, from, kind, to, kind, what else
    ("uses", "uses", "holder", "person", "phone", "phone", ()),
    ("holds", "holds", "holder", "person", "account", "account", ()),
    ("owns", "owns", "person", "person", "vehicle", "vehicle", ()),
    ("directs", "directs", "person", "person", "organisation", "organisation", ()),
    ("lives_at", "lives_at", "person", "person", "place", "place", ()),
    ("involved_in", "involved_in", "person", "person", "offence", "offence", ("role",)),
    ("accounts_used", "involved_in", "account", "account", "offence", "offence", ("role",)),
    ("happened_at", "happened_at", "offence", "offence", "place", "place", ()),
    ("associated_with", "associated_with", "person_a", "person", "person_b", "person", ()),
    ("calls", "called", "caller", "phone", "callee", "phone", ()),
    ("transfers", "transferred", "payer", "account", "payee", "account", ("amount", "record")),
)
_COLUMN_OF = {"role": "role", "amount": "amount", "record": "id"}
_TRUTH = ("ties", "same_person", "tainted", "roles", "bias")


def datasheet(*, name: str, size: str, seed: int, bias: str) -> str:
    """The text of dataset.toml for one world."""
    parts = [_HEAD.format(name=name, size=size, letter=size.upper(), seed=seed, bias=bias)]
    parts.append("\n[truth]\n" + "".join(f'{t} = "truth/{t}.csv"\n' for t in _TRUTH))
    parts += [
        f'\n[[entities]]\nfile = "{file}.csv"\nkind = "{kind}"\nid = "id"\nlabel = "{label}"\n'
        for file, kind, label in _ENTITIES
    ]
    for file, kind, source, source_kind, target, target_kind, more in _LINKS:
        parts.append(
            f'\n[[links]]\nfile = "{file}.csv"\nkind = "{kind}"\nfrom = "{source}"\n'
            f'from_kind = "{source_kind}"\nto = "{target}"\nto_kind = "{target_kind}"\n'
            + "".join(f'{what} = "{_COLUMN_OF[what]}"\n' for what in more)
        )
    return "".join(parts)
