"""What the log says of accounts, of who is in which case and of the schema, set against what is.

These rows change or cite no entry of their own, so they are compared at the end of the pass with
what the entries said last.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from workbench.domain.account import Role
from workbench.domain.log import EntryKind, Json
from workbench.store import schema
from workbench.store.tables import account as accounts
from workbench.store.tables import case_member

Fault = tuple[int | None, str, str]  # the entry concerned, a code, a sentence


@dataclass
class Standing:
    """What the entries said so far, each with the index of the entry that said it last."""

    roles: dict[str, tuple[int, str]] = field(default_factory=dict)
    disabled: dict[str, int] = field(default_factory=dict)
    inside: dict[tuple[str, str], int] = field(default_factory=dict)  # case and account
    schema: tuple[int, str] | None = None

    def hear(self, seq: int, kind: EntryKind, said: dict[str, Json]) -> None:
        """Take in entry `seq`."""
        holder, case = str(said.get("holder")), str(said.get("case"))
        match kind:
            case EntryKind.ROLE_CHANGE if said.get("what") != "password_reset":
                self.roles[holder] = (seq, str(said["role"]))
            case EntryKind.ACCOUNT_DISABLED:
                self.disabled.setdefault(holder, seq)
            case EntryKind.CASE_OPENED:
                members = said["members"]
                for member in members if isinstance(members, list) else []:
                    self.inside[case, str(member)] = seq
            case EntryKind.CASE_JOINED:
                self.inside[case, holder] = seq
            case EntryKind.SCHEMA_CHANGE:
                self.schema = (seq, str(said["digest"]))

    def faults(self, connection: Connection) -> Iterator[Fault]:
        """Every row that says otherwise than the log, and a schema that is not the logged one."""
        yield from self._accounts(connection)
        yield from self._members(connection)
        if self.schema is not None and schema.digest(connection) != self.schema[1]:
            what = schema.differences(connection)
            text = f"The database's rules are not those that entry {self.schema[0]} logged: {what}."
            yield self.schema[0], "schema", text

    def _accounts(self, connection: Connection) -> Iterator[Fault]:
        rows = {row.id: row for row in connection.execute(select(accounts))}
        for account_id, row in sorted(rows.items()):
            seq, role = self.roles.get(account_id, (None, ""))
            if account_id == schema.OWNER:
                role = role or Role.OPERATOR.value
            if not role:
                yield None, "account", f"Account {account_id} was made without an entry in the log."
            elif row.role != role:
                text = f"Account {account_id} has the role {row.role}; the log gave it {role}."
                yield seq, "account", text
            stopped = self.disabled.get(account_id)
            if (row.disabled_at is not None) != (stopped is not None):
                state = "is disabled and the log does not say so"
                if stopped is not None:
                    state = f"is active, although entry {stopped} disabled it"
                yield stopped, "account", f"Account {account_id} {state}."
        for account_id in sorted(self.roles.keys() - rows.keys()):
            text = f"Account {account_id}, of which the log speaks, is gone."
            yield self.roles[account_id][0], "account", text

    def _members(self, connection: Connection) -> Iterator[Fault]:
        query = select(case_member.c.case_id, case_member.c.account_id)
        there = {(str(case), str(who)) for case, who in connection.execute(query)}
        for case, who in sorted(there - self.inside.keys()):
            text = f"Account {who} is in case {case} and no entry of the log let it in."
            yield None, "member", text
        for case, who in sorted(self.inside.keys() - there):
            seq = self.inside[case, who]
            text = f"Account {who} is not in case {case}, although entry {seq} let it in."
            yield seq, "member", text
