"""One pass over a token pattern for all basic measures at once, compiled. Imported where it is used, since its compiler
takes a second to import; what it compiles is kept on disk.

A row is read once, while it lies in a cache, in loops that the compiler turns into vector instructions: that is why
words of one piece are told apart from others, and why nothing in the innermost loop branches or looks up.
"""

import numpy as np
from numba import njit

BLOCK = 256
"""Tokens that are summed in float32 before they are added in float64."""
# Cephes' logarithm in single precision: ln(1 + x) for |x| < √2 − 1, and ln 2 in two parts.
_A, _B, _C = np.float32(7.0376836292e-2), np.float32(-1.1514610310e-1), np.float32(1.1676998740e-1)
_D, _E, _F = np.float32(-1.2420140846e-1), np.float32(1.4249322787e-1), np.float32(-1.6668057665e-1)
_G, _H, _I = np.float32(2.0000714765e-1), np.float32(-2.4999993993e-1), np.float32(3.3333331174e-1)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_ONE, _HALF, _NONE = np.float32(1), np.float32(0.5), np.float32(0)
_BITS_OF_ROOT_HALF, _MANTISSA = np.int32(0x3F3504F3), np.int32(23)

# The order of what ``add_rows`` writes.
TOKENS, DISTANCE, ENTROPY, NORMALISED, CONFIDENCE, SPECIAL, FIRST, CROSS, BLOCKS = range(9)
STEPS = 12
SUMS = 15

# The order of the sums of one row.
ALL, PRODUCTS, WORD_PRODUCTS, OF_A, OF_B, GAPS, MOST = range(7)

_FAST = {"reassoc", "contract", "nsz", "arcp"}


@njit(nogil=True, error_model="numpy", fastmath=_FAST, inline="always")
def _ln(x):  # type: ignore[no-untyped-def]
    """Of a number that is not negative; about −88 of 0, whose product with 0 is 0. NaN gives any number."""
    bits = np.float32(x).view(np.int32)
    exponent = np.int32(np.int32(bits - _BITS_OF_ROOT_HALF) >> _MANTISSA)
    m = np.int32(bits - np.int32(exponent << _MANTISSA)).view(np.float32) - _ONE
    square = m * m
    y = ((((((((_A * m + _B) * m + _C) * m + _D) * m + _E) * m + _F) * m + _G) * m + _H) * m + _I) * m * square
    power = np.float32(exponent)
    return m + (y + _LN2_LOW * power - _HALF * square) + _LN2_HIGH * power


@njit(nogil=True, error_model="numpy", fastmath=_FAST)
def _sums_of_row(sums, number, pattern, pair, head, query, tokens, word, text):  # type: ignore[no-untyped-def]
    """Into ``sums[number]`` of one row: Σp, Σp ln p over all tokens; of tokens that are a word each Σp ln p, Σp of A,
    of B, Σp|i − j| and the largest p.
    """
    lengths, in_a, in_b, place = tokens
    sums[number] = 0
    most, here = np.int32(0), np.float32(word)
    for start in range(0, lengths[text], BLOCK):
        mass, products, word_products, of_a, of_b, gaps = _NONE, _NONE, _NONE, _NONE, _NONE, _NONE
        for at in range(min(BLOCK, lengths[text] - start)):
            # An index that might be negative would be looked up and not read in line.
            key = np.uint64(start) + np.uint64(at)
            p = pattern[pair, head, query, key]
            a, b = in_a[text, key], in_b[text, key]
            product, of_words = p * _ln(p), (a + b) * p
            mass += p
            products += product
            word_products += (a + b) * product
            of_a += a * p
            of_b += b * p
            gaps += of_words * abs(place[text, key] - here)
            # Of numbers that are not negative the bits are in the same order, and NaN is above all.
            most = max(most, np.float32(of_words).view(np.int32))
        sums[number, ALL] += mass
        sums[number, PRODUCTS] += products
        sums[number, WORD_PRODUCTS] += word_products
        sums[number, OF_A] += of_a
        sums[number, OF_B] += of_b
        sums[number, GAPS] += gaps
    sums[number, MOST] = np.int32(most).view(np.float32)


@njit(nogil=True, error_model="numpy")
def _add(out, pair, head, name, value):  # type: ignore[no-untyped-def]
    out[pair, head, name, 0] += value
    out[pair, head, name, 1] += 1


@njit(nogil=True, error_model="numpy", inline="always")
def _add_word(out, text, head, word, sums, number, pattern, at, queries, keys, causal, weight_of):  # type: ignore[no-untyped-def]
    """What the row of one query word adds, ``pattern[at]``, whose sums stand in ``sums[number]``."""
    side_of, seen, most_entropy = queries
    token_of, side_of_key, pairs, words, starts, tokens, shares = keys
    products, of_a, of_b = sums[number, WORD_PRODUCTS], sums[number, OF_A], sums[number, OF_B]
    gaps, most, side = sums[number, GAPS], sums[number, MOST], side_of[text, word]
    row, of_head, query = at
    for other in range(pairs[text], pairs[text + 1]):
        weight = 0.0
        for entry in range(starts[other], starts[other + 1]):
            weight += shares[entry] * pattern[row, of_head, query, tokens[entry]]
        weight_of[other - pairs[text]] = weight
        if weight > 0:
            products += weight * np.log(weight)
        if side_of_key[text, words[other]] == 0:
            of_a += weight
        else:
            of_b += weight
        gaps += weight * abs(words[other] - word)
        most = max(most, weight)
    mass = of_a + of_b
    out[text, head, DISTANCE, 0] += gaps
    out[text, head, DISTANCE, 1] += mass
    if mass > 0:
        entropy = np.log(mass) - products / mass
        _add(out, text, head, ENTROPY, entropy)
        if most_entropy[text, word] > 0:
            _add(out, text, head, NORMALISED, entropy / most_entropy[text, word])
    _add(out, text, head, CONFIDENCE, most)
    _add(out, text, head, SPECIAL, 1 - mass)
    _add(out, text, head, FIRST, pattern[row, of_head, query, 0])
    if seen[text, word, 1 - side] > 0:
        _add(out, text, head, CROSS, of_b if side == 0 else of_a)
    if seen[text, word, 0] > 0:
        _add(out, text, head, BLOCKS + 2 * side, of_a)
    if seen[text, word, 1] > 0:
        _add(out, text, head, BLOCKS + 2 * side + 1, of_b)
    for number, step in enumerate((-1, 1, 0)):
        key = word + step
        if 0 <= key < token_of.shape[1] and token_of[text, key] != -1 and not (causal and step > 0):
            token = token_of[text, key]
            weight = pattern[row, of_head, query, token] if token >= 0 else weight_of[-2 - token]
            _add(out, text, head, STEPS + number, weight)


@njit(nogil=True, error_model="numpy", cache=True)
def add_rows(out, pattern, first, rows, queries, tokens, keys, causal):  # type: ignore[no-untyped-def]
    """Add to out, float64 ``[batch, head, SUMS, 2]``, what the rows of a pattern do, float32 ``[batch, head, query
    token, key token]`` in one piece, from query token ``first`` on. The others are axes, see ``basic_rows``.
    """
    lengths, alone, pairs, words, starts, pieces, means = rows
    batch, heads, most_rows, most_keys = pattern.shape
    sums = np.empty((most_rows, 7))
    mean = np.empty((1, 1, 1, most_keys), dtype=np.float32)
    weight_of = np.empty(len(keys[3]))
    for text in range(batch):
        for head in range(heads):
            here = min(most_rows, lengths[text] - first)
            for query in range(here):
                word = alone[text, first + query]
                _sums_of_row(sums, query, pattern, text, head, query, tokens, word, text)
            for query in range(here):
                if sums[query, ALL] > 0:
                    entropy = np.log(sums[query, ALL]) - sums[query, PRODUCTS] / sums[query, ALL]
                    _add(out, text, head, TOKENS, entropy)
                word = alone[text, first + query]
                if word >= 0:
                    at = text, head, query
                    _add_word(out, text, head, word, sums, query, pattern, at, queries, keys, causal, weight_of)
            for other in range(pairs[text], pairs[text + 1]):
                if first <= pieces[starts[other]] < first + most_rows:
                    mean[:] = 0
                    for entry in range(starts[other], starts[other + 1]):
                        query = pieces[entry] - first
                        for key in range(most_keys):
                            mean[0, 0, 0, key] += means[entry] * pattern[text, head, query, key]
                    word = words[other]
                    _sums_of_row(sums, 0, mean, 0, 0, 0, tokens, word, text)
                    _add_word(out, text, head, word, sums, 0, mean, (0, 0, 0), queries, keys, causal, weight_of)
