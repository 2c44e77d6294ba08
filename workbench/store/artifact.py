"""What is served, as bytes: skops with our own short list of trusted types.

Loading through MLflow takes the list of trusted types from the model's own file; this does not.
"""

from typing import Any, cast

from workbench.analysis.modelling import Fitted
from workbench.domain.errors import BadInput, CheckFailed

TRUSTED = (
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",  # a tree of boosting
    "numpy.dtype",  # what the imputer of the logistic regression remembers
)


def dumped(fitted: Fitted) -> bytes:
    """The bytes that stand for a fitted model.

    Raises
    ------
    BadInput
        When it holds a type that `undumped` would not trust.
    """
    import skops.io

    content = cast(bytes, skops.io.dumps(fitted.state()))
    unknown = set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED)
    if unknown:
        raise BadInput(
            f"The fitted model holds types that are not trusted ({', '.join(sorted(unknown))}); "
            "keep to plain estimators, arrays, numbers and text.",
            code="untrusted_type",
        )
    return content


def undumped(content: bytes) -> dict[str, Any]:
    """The state that `dumped` kept.

    Raises
    ------
    CheckFailed
        When it holds a type that is not on our list, or is no such file.
    """
    import zipfile

    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        return dict(skops.io.loads(content, trusted=list(TRUSTED)))
    except UntrustedTypesFoundException as error:
        raise CheckFailed(
            "The artifact holds a type that is not trusted here, so it is not loaded; "
            "train the model again with this version."
        ) from error
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise CheckFailed(
            "The artifact is not readable as a fitted model; train the model again."
        ) from error
