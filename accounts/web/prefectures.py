"""The forty-seven prefectures as boxes of a schematic map: column, row, width and height in cells of 44 units."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import get_language

CELL = 44
COLUMNS, ROWS = 14, 12


class Prefecture(NamedTuple):
    """A prefecture by its two-digit code, with its names and its box."""

    code: str
    name_ja: str
    name_en: str
    box: tuple[int, int, int, int]

    @property
    def label(self) -> str:
        """The name in the language of the reader, Japanese unless it is English."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_ja

    @property
    def short(self) -> str:
        """The name as it fits into its box: without 都, 府 or 県."""
        if (get_language() or "").startswith("en"):
            return self.name_en
        return self.name_ja if self.name_ja == "北海道" else self.name_ja[:-1]


PREFECTURES = tuple(
    Prefecture(*row)
    for row in (
        ("01", "北海道", "Hokkaido", (12, 0, 2, 2)),
        ("02", "青森県", "Aomori", (12, 2, 2, 1)),
        ("03", "岩手県", "Iwate", (13, 3, 1, 1)),
        ("04", "宮城県", "Miyagi", (13, 4, 1, 1)),
        ("05", "秋田県", "Akita", (12, 3, 1, 1)),
        ("06", "山形県", "Yamagata", (12, 4, 1, 1)),
        ("07", "福島県", "Fukushima", (12, 5, 2, 1)),
        ("08", "茨城県", "Ibaraki", (13, 6, 1, 1)),
        ("09", "栃木県", "Tochigi", (12, 6, 1, 1)),
        ("10", "群馬県", "Gunma", (11, 6, 1, 1)),
        ("11", "埼玉県", "Saitama", (11, 7, 2, 1)),
        ("12", "千葉県", "Chiba", (13, 7, 1, 2)),
        ("13", "東京都", "Tokyo", (11, 8, 2, 1)),
        ("14", "神奈川県", "Kanagawa", (11, 9, 2, 1)),
        ("15", "新潟県", "Niigata", (10, 5, 2, 1)),
        ("16", "富山県", "Toyama", (9, 5, 1, 1)),
        ("17", "石川県", "Ishikawa", (8, 5, 1, 1)),
        ("18", "福井県", "Fukui", (8, 6, 1, 1)),
        ("19", "山梨県", "Yamanashi", (10, 8, 1, 1)),
        ("20", "長野県", "Nagano", (10, 6, 1, 2)),
        ("21", "岐阜県", "Gifu", (9, 6, 1, 2)),
        ("22", "静岡県", "Shizuoka", (9, 9, 2, 1)),
        ("23", "愛知県", "Aichi", (9, 8, 1, 1)),
        ("24", "三重県", "Mie", (8, 9, 1, 1)),
        ("25", "滋賀県", "Shiga", (8, 7, 1, 1)),
        ("26", "京都府", "Kyoto", (7, 7, 1, 1)),
        ("27", "大阪府", "Osaka", (7, 8, 1, 1)),
        ("28", "兵庫県", "Hyogo", (6, 7, 1, 2)),
        ("29", "奈良県", "Nara", (8, 8, 1, 1)),
        ("30", "和歌山県", "Wakayama", (6, 9, 2, 1)),
        ("31", "鳥取県", "Tottori", (5, 7, 1, 1)),
        ("32", "島根県", "Shimane", (4, 7, 1, 1)),
        ("33", "岡山県", "Okayama", (5, 8, 1, 1)),
        ("34", "広島県", "Hiroshima", (4, 8, 1, 1)),
        ("35", "山口県", "Yamaguchi", (3, 7, 1, 2)),
        ("36", "徳島県", "Tokushima", (5, 11, 1, 1)),
        ("37", "香川県", "Kagawa", (5, 10, 1, 1)),
        ("38", "愛媛県", "Ehime", (4, 10, 1, 1)),
        ("39", "高知県", "Kochi", (4, 11, 1, 1)),
        ("40", "福岡県", "Fukuoka", (2, 8, 1, 1)),
        ("41", "佐賀県", "Saga", (1, 8, 1, 1)),
        ("42", "長崎県", "Nagasaki", (0, 8, 1, 2)),
        ("43", "熊本県", "Kumamoto", (1, 9, 1, 1)),
        ("44", "大分県", "Oita", (2, 9, 1, 1)),
        ("45", "宮崎県", "Miyazaki", (2, 10, 1, 1)),
        ("46", "鹿児島県", "Kagoshima", (0, 10, 2, 1)),
        ("47", "沖縄県", "Okinawa", (0, 11, 1, 1)),
    )
)
BY_CODE = {prefecture.code: prefecture for prefecture in PREFECTURES}
