from hypothesis import given
from hypothesis import strategies as st

from chainrule.cache import MEGABYTE, Cache


def test_what_was_used_least_recently_goes_first():
    cache: Cache[str, int] = Cache(1)
    third = MEGABYTE // 3
    for number, key in enumerate("abc"):
        cache.put(key, number, third)
    assert cache.get("a") == 0
    cache.put("d", 3, third)
    assert [cache.get(key) for key in "abcd"] == [0, None, 2, 3]
    assert (cache.hits, cache.misses, cache.hit_rate) == (4, 1, 0.8)


def test_what_is_too_large_or_has_no_room_is_not_kept():
    cache: Cache[str, int] = Cache(1)
    cache.put("small", 1, 10)
    cache.put("large", 2, MEGABYTE + 1)
    assert (cache.get("large"), cache.get("small"), len(cache)) == (None, 1, 1)
    none: Cache[str, int] = Cache(0)
    none.put("a", 1, 1)
    assert (none.get("a"), none.hit_rate) == (None, 0.0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, MEGABYTE // 2)), max_size=60))
def test_the_bound_holds_and_the_count_of_bytes_is_right(puts):
    cache: Cache[int, int] = Cache(1)
    sizes = {}
    for key, size in puts:
        cache.put(key, size, size)
        sizes[key] = size
        assert cache.get(key) == size
        assert cache.bytes <= MEGABYTE
        assert cache.bytes == sum(size for size, _ in cache._kept.values())
