"""What differs between machines, read once at a door from ``WORKBENCH_*`` variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """`home` holds everything that changes; the default is ``var/`` in the checkout."""

    model_config = SettingsConfigDict(env_prefix="WORKBENCH_", frozen=True)

    home: Path = Path(__file__).parent.parent / "var"
    host: str = "127.0.0.1"
    port: int = Field(8501, ge=1, le=65535)
    mlflow_port: int = Field(5000, ge=1, le=65535)
    progress: bool = True
