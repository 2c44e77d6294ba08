"""Accounts, roles and the one table of permissions that drives pages, services and tests."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.errors import NotAllowed


class Role(StrEnum):
    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    DATA_SCIENTIST = "data_scientist"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"  # the owner of WORKBENCH_HOME at the command line; holds no role

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")


class Operation(StrEnum):
    OPEN_CASE = "open a case"
    INGEST = "ingest records"
    OPEN_FINDING = "open a finding"
    JUDGE = "judge and decide"
    ACT = "act once cleared"
    TRAIN = "train and register"
    AUDIT = "audit"
    ACCEPT_DATA = "accept data"
    APPROVE_RELEASE = "approve a release or excuse its audit"
    STOP_MODEL = "stop a model"
    RESTART_MODEL = "restart a model"
    READ_LOG = "read, verify and export the log"
    REPLAY = "replay a finding"
    READ_MODELS = "read model cards and audits"
    READ_DATA = "read datasheets and quality reports"
    TRACK_EXPERIMENTS = "see the experiments in MLflow"
    MANAGE_ACCOUNTS = "manage accounts and roles"
    DETECT = "detect"
    LIST_FINDINGS = "list all findings at the command line"
    EXPORT_RECORDS = "export records"
    PASS_ON_AUDIT = "pass an audit on"


_CASEWORK = {Role.ANALYST, Role.SUPERVISOR}

# Who may do what. Finer conditions (own case, synthetic data only, not its trainer, a logged
# reason) are checked where the thing is at hand, in the services and in the database.
PERMISSIONS: dict[Operation, frozenset[Role]] = {
    Operation.OPEN_CASE: frozenset(_CASEWORK | {Role.DATA_SCIENTIST, Role.OPERATOR}),
    Operation.INGEST: frozenset(_CASEWORK | {Role.DATA_SCIENTIST, Role.OPERATOR}),
    Operation.OPEN_FINDING: frozenset(_CASEWORK | {Role.DATA_SCIENTIST, Role.AUDITOR}),
    Operation.JUDGE: frozenset(_CASEWORK),
    Operation.ACT: frozenset(_CASEWORK),
    Operation.TRAIN: frozenset({Role.DATA_SCIENTIST, Role.OPERATOR}),
    Operation.AUDIT: frozenset({Role.DATA_SCIENTIST, Role.AUDITOR, Role.OPERATOR}),
    Operation.ACCEPT_DATA: frozenset({Role.SUPERVISOR}),
    Operation.APPROVE_RELEASE: frozenset({Role.SUPERVISOR}),
    Operation.STOP_MODEL: frozenset(
        {Role.ANALYST, Role.SUPERVISOR, Role.DATA_SCIENTIST, Role.AUDITOR}
    ),
    Operation.RESTART_MODEL: frozenset({Role.SUPERVISOR}),
    Operation.READ_LOG: frozenset(_CASEWORK | {Role.AUDITOR, Role.OPERATOR}),
    Operation.REPLAY: frozenset(_CASEWORK | {Role.AUDITOR, Role.OPERATOR}),
    Operation.READ_MODELS: frozenset(
        {Role.ANALYST, Role.SUPERVISOR, Role.DATA_SCIENTIST, Role.AUDITOR, Role.OPERATOR}
    ),
    Operation.READ_DATA: frozenset(
        {Role.ANALYST, Role.SUPERVISOR, Role.DATA_SCIENTIST, Role.AUDITOR, Role.OPERATOR}
    ),
    Operation.TRACK_EXPERIMENTS: frozenset({Role.DATA_SCIENTIST, Role.AUDITOR}),
    Operation.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR, Role.OPERATOR}),
    Operation.DETECT: frozenset(_CASEWORK | {Role.DATA_SCIENTIST, Role.OPERATOR}),
    Operation.LIST_FINDINGS: frozenset({Role.OPERATOR}),
    Operation.EXPORT_RECORDS: frozenset({Role.SUPERVISOR, Role.DATA_SCIENTIST, Role.OPERATOR}),
    Operation.PASS_ON_AUDIT: frozenset(
        {Role.SUPERVISOR, Role.DATA_SCIENTIST, Role.AUDITOR, Role.OPERATOR}
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`id` is the pseudonym that log and tables carry; `name` is what one signs in with."""

    id: str
    name: str
    role: Role
    disabled: bool = False
    simulated: bool = False

    def require(self, operation: Operation) -> None:
        """Raise unless this account may do `operation`.

        Raises
        ------
        NotAllowed
            When the account is disabled or its role is not in the table.
        """
        if self.disabled:
            raise NotAllowed(f"Account {self.id} is disabled; ask an administrator.")
        if self.role not in PERMISSIONS[operation]:
            may = ", ".join(sorted(role.label for role in PERMISSIONS[operation]))
            raise NotAllowed(
                f"Account {self.id} ({self.role.label}) may not {operation}; that is for: {may}."
            )
