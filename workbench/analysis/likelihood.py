"""A calibrated probability in words, the same ones on pages and in reports."""


def in_so_many(value: float, interval: tuple[float, float] | None = None) -> str:
    """A calibrated probability in words, with its interval if there is one: ``about 7 in 10 (5 to
    8)``.

    Counts in tenths where these say enough, else in hundredths or thousandths.
    """
    of = 10 if 0.095 <= value <= 0.95 else 100 if 0.0095 <= value <= 0.995 else 1000
    middle, least, most = (round(of * share) for share in (value, *(interval or (value, value))))
    if middle == 0:
        said, least, most = f"fewer than 1 in {of}", 0, max(most, 1)
    else:
        said = f"about {middle} in {of}"
    return said if interval is None else f"{said} ({least} to {most})"
