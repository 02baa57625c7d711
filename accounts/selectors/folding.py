"""Texts made comparable for searching."""

from __future__ import annotations

import unicodedata

KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def folded(text: str) -> str:
    """Width, case and the two kana do not count: ﾋﾞｰﾊﾞｰ and ビーバー are びーばー."""
    return unicodedata.normalize("NFKC", text).casefold().translate(KATAKANA_TO_HIRAGANA).strip()
