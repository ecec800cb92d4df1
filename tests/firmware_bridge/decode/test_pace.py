"""What does not fit the budget is left out, but never for ever."""

from firmware_bridge.decode.pace import Pace

FRAME = 1280 * 720


def test_what_took_long_does_not_fit_a_short_rest() -> None:
    pace = Pace()
    pace.took("zbar", FRAME, 0.050)
    assert pace.fits("zbar", FRAME, 0.120)
    assert not pace.fits("zbar", FRAME, 0.060)
    assert pace.fits("zbar", FRAME // 10, 0.060)


def test_the_dearest_run_counts_not_the_last() -> None:
    pace = Pace()
    pace.took("zbar", FRAME, 0.050)
    pace.took("zbar", FRAME, 0.005)
    assert not pace.fits("zbar", FRAME, 0.050)


def test_one_bad_run_shuts_nothing_out_for_ever() -> None:
    pace = Pace()
    pace.took("zbar", FRAME, 5.0)
    assert any(pace.fits("zbar", FRAME, 0.120) for _ in range(30))


def test_a_run_on_a_thumbnail_teaches_nothing_about_a_frame() -> None:
    pace = Pace()
    pace.took("zbar", 100, 0.0004)
    assert pace.fits("zbar", FRAME, 0.020)
