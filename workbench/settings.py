"""What differs between machines, read once at a door from ``WORKBENCH_*`` variables."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from workbench.domain.errors import BadInput


class Settings(BaseSettings):
    """`home` holds everything that changes; the default is ``var/`` in the checkout."""

    model_config = SettingsConfigDict(env_prefix="WORKBENCH_", frozen=True)

    home: Path = Path(__file__).parent.parent / "var"
    host: str = "127.0.0.1"
    port: int = Field(8501, ge=1, le=65535)
    mlflow_port: int = Field(5000, ge=1, le=65535)
    progress: bool = True


def read_settings() -> Settings:
    """What the environment says.

    Raises
    ------
    BadInput
        When a ``WORKBENCH_*`` variable holds what its setting cannot be.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "WORKBENCH_" + "_".join(map(str, first["loc"])).upper()
        said = first["msg"][:1].lower() + first["msg"][1:]
        raise BadInput(f"{name} cannot be used ({said}); set it to another, or unset it.") from None
