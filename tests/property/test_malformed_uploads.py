"""Files that are nearly right, as strangers bring them: read, or refused with words of ours."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhattn_core import Problem
from mhattn_core.text.reading import read_pairs, samples
from mhattn_core.text.reading.limits import HOSTED

SAMPLES = samples()
NEVER = ("Traceback", 'File "', "/lib/", "/tmp/", "/root", "/home", "site-packages", "0x")  # noqa: S108
"""What no message on a shared copy may hold."""
PIECES = st.sampled_from(
    [b"", b"\x00", b"\xff\xfe", b'"', b"\n\n", b"\t" * 300, b"[", b"{" * 600, b"=1+1", b"1e999", b"\xed\xa0\x80"]
)


@st.composite
def nearly_right(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sample in one of the formats, under its own name or another's, with a few stretches of bytes exchanged."""
    name = draw(st.sampled_from(sorted(SAMPLES)))
    content = SAMPLES[name]
    for _number in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        content = content[:start] + draw(PIECES | st.binary(max_size=12)) + content[end:]
    if draw(st.booleans()):
        content = content[: draw(st.integers(0, len(content)))]
    return draw(st.sampled_from([name, *sorted(SAMPLES)])), content


@given(nearly_right())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_what_is_nearly_right_is_read_or_refused_and_tells_nothing_of_the_machine(file: tuple[str, bytes]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MHATTN_HOSTED", "1")
        try:
            upload = read_pairs(file, limits=HOSTED)
        except Problem as problem:
            told = [str(problem)]
        else:
            told = upload.bad["reason"].tolist()
    assert not [(line, bad) for line in told for bad in NEVER if bad in line]
