"""Needs by Excel in the browser's words: template, handing in, differences, errors beside the rows, taking over."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from regions.models import Need, Offer, Region, SheetUpload
from tests.builders import make_need, make_region, make_work_kind

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def template(client: Client, user: User, state: str = "empty"):
    client.force_login(user)
    return load_workbook(io.BytesIO(client.get(reverse("sheet-template", args=[state])).content))


def handed_in(client: Client, user: User, content: bytes, name: str = "困りごと.xlsx", **more: str):
    client.force_login(user)
    return client.post(reverse("sheet-new"), {"file": SimpleUploadedFile(name, content)} | more)


def saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(client: Client, user: User, *rows: dict[str, object]) -> bytes:
    """The template with rows by heading."""
    book = template(client, user)
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    for number, row in enumerate(rows, start=2):
        for heading, value in row.items():
            sheet.cell(number, headings.index(heading) + 1, value)
    return saved(book)


def test_template_offers_the_communities_and_words_of_its_reader(
    client: Client, saga: Region, kenji: User
) -> None:
    kind = make_work_kind("grass_hand")
    make_region(name="よその地区", municipality="131041")
    words = template(client, kenji).worksheets[-1]
    offered = {cell.value for column in words.columns for cell in column}
    assert {saga.name, kind.name_ja, "はい"} <= offered
    assert "よその地区" not in offered
    assert client.get(reverse("sheet-template", args=["other"])).status_code == 404


def test_sheet_of_many_hamlets_is_looked_at_and_taken_over(client: Client, saga: Region, kenji: User) -> None:
    other = make_region(name="となりの地区", municipality=saga.municipality_id)
    content = filled(
        client,
        kenji,
        {"地区・集落": saga.name, "見出し": "春の草刈り"},
        {"地区・集落": other.name, "見出し": "溝掃除"},
    )
    answer = handed_in(client, kenji, content, caller="区長会（4月）")
    page = client.get(answer.url)
    assert "2件" in page.content.decode()
    assert not Need.objects.exists()
    done = client.post(answer.url, {"digest": page.context["plan"].digest}, follow=True)
    assert "取り込みました" in done.content.decode()
    assert set(Need.objects.values_list("region", "title", "posted_for")) == {
        (saga.pk, "春の草刈り", "区長会（4月）"), (other.pk, "溝掃除", "区長会（4月）"),
    }  # fmt: skip
    again = client.post(answer.url, {"digest": page.context["plan"].digest})
    assert again.status_code == 422
    assert Need.objects.count() == 2


def test_file_that_is_no_excel_is_refused_as_such(client: Client, saga: Region, kenji: User) -> None:
    page = handed_in(client, kenji, b"only words", name="needs.xlsx")
    assert page.status_code == 422
    assert "読み取れるExcelファイルではありません" in page.content.decode()
    assert "列は" not in page.content.decode().split("<form")[-1]
    assert not SheetUpload.objects.exists()


def test_file_comes_back_with_what_is_wrong(client: Client, saga: Region, kenji: User) -> None:
    content = filled(
        client,
        kenji,
        {"地区・集落": saga.name, "見出し": "春の草刈り", "日にち": "6月"},
        {"地区・集落": saga.name, "見出し": "溝掃除"},
    )
    answer = handed_in(client, kenji, content)
    page = client.get(answer.url).content.decode()
    assert "2行目" in page
    assert reverse("sheet-errors", args=[SheetUpload.objects.get().public_id]) in page
    back = client.get(answer.url + "errors/")
    assert "errors" not in back["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(back.content)).worksheets[0]
    column = [cell.value for cell in sheet[1]].index("エラー") + 1
    assert "2027/6/13" in sheet.cell(2, column).value
    assert sheet.cell(3, column).value is None
    assert client.post(answer.url, {"digest": "x"}).status_code == 422
    mended = handed_in(client, kenji, back.content)  # the same file again: the column of errors is not read
    assert list(client.get(mended.url).context["plan"].errors) == [2]


def test_what_is_no_sheet_is_told_beside_the_file(client: Client, saga: Region, kenji: User) -> None:
    answer = handed_in(client, kenji, b"\xd0\xcf\x11\xe0", name="old.xls")
    assert answer.status_code == 422
    assert "古い形式" in answer.content.decode()
    assert client.post(reverse("sheet-new"), {}).status_code == 422
    assert not SheetUpload.objects.exists()


def test_lists_come_as_files_safe_against_formulas(
    client: Client, saga: Region, trails: Offer, kenji: User
) -> None:
    Offer.objects.filter(pk=trails.pk).update(title="=cmd|'/c calc'!A0")
    make_need(saga, title="＋危ない題名")
    client.force_login(kenji)
    for page, evil in (("place-offers-file", "'=cmd"), ("place-needs-file", "'＋危ない")):
        text = client.get(reverse(page, args=[saga.public_id, "csv"])).content.decode("utf-8-sig")
        assert evil in text
        assert client.get(reverse(page, args=[saga.public_id, "sjis"])).content.decode("cp932")
        book = load_workbook(io.BytesIO(client.get(reverse(page, args=[saga.public_id, "xlsx"])).content))
        found = [
            cell
            for row in book.worksheets[0].iter_rows()
            for cell in row
            if str(cell.value).startswith(evil[1:])
        ]
        assert {(cell.data_type in {"s", "inlineStr"}, cell.quotePrefix) for cell in found} == {(True, True)}
        assert client.get(reverse(page, args=[saga.public_id, "exe"])).status_code == 404
