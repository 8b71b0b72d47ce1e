"""The signatures that pages of the invented TikTok put on their requests, and their check.

They sign as little as TikTok's own prove much: what counts is that only a page's script can make them, since its key
is drawn at every start.
"""

from typing import Final

PRIME: Final = 16_777_619
MASK: Final = 0xFFFFFFFF

# The same sum in the pages' language (FNV-1a of the key and the text).
SCRIPT: Final = """
(function () {
  function sum(text, key) {
    var value = key >>> 0;
    for (var i = 0; i < text.length; i++) {
      value = Math.imul(value ^ (text.charCodeAt(i) & 255), 16777619) >>> 0;
    }
    return ('0000000' + value.toString(16)).slice(-8);
  }
  function query(url) { return url.slice(url.indexOf('?') + 1); }
  window.byted_acrawler = {
    frontierSign: function (url) { return { 'X-Bogus': 'DFSz' + sum(query(url), %(bogus)d) }; }
  };
  %(gnarly_script)s
})();
"""
# Only the profile page's own requests carry it.
GNARLY_SCRIPT: Final = """
  var url = '/api/post/item_list/?' + %(query)s;
  url += '&X-Bogus=' + window.byted_acrawler.frontierSign(url)['X-Bogus'];
  url += '&X-Gnarly=' + 'M' + sum(query(url), %(gnarly)d);
  fetch(url).then(function (answer) { return answer.text(); }).then(function (text) {
    document.getElementById('posts').textContent = text ? JSON.parse(text).itemList ? 'ok' : 'none' : 'empty';
  });
"""


def bogus(query: str, key: int) -> str:
    return "DFSz" + _sum(query, key)


def gnarly(query: str, key: int) -> str:
    return "M" + _sum(query, key)


def is_signed(query: str, name: str, key: int) -> bool:
    """Whether ``query``, as it came over the wire, bears the signature ``name`` over all that stands before it."""
    before, mark, rest = query.partition(f"&{name}=")
    if not mark:
        return False
    make = bogus if name == "X-Bogus" else gnarly
    return rest.partition("&")[0] == make(before, key)


def _sum(text: str, key: int) -> str:
    value = key & MASK
    for byte in text.encode("latin-1", "replace"):
        value = ((value ^ byte) * PRIME) & MASK
    return f"{value:08x}"
