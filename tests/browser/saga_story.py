"""The acts of the story of Saga, each as one person would do it on the pages: links and buttons by their words."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from tests.browser.hand import CODE, Hand
from tests.browser.saga_cast import HAMLET, OFFICER, PATHS, WATER_USERS, Person
from tests.builders import sunday_ahead
from tests.waiting import wait_for

PATIENCE_SECONDS = 90
NEED = "道ぞいの草を刈る人がいません"
CLUB = "見本サイクルの会"
LEAD = "区役の世話役の西村"
ASKED = "お返事をお願いします"
LEADER = Person(
    "原田かける",
    "自転車店の店主",
    "harada@example.org",
    "原田 翔",
    "090-0000-0105",
    "福岡市中央区 自転車店の二階",
)


# Signing in, and reading one's letters.
def sign_in(hand: Hand, person: Person) -> None:
    """With one click, as the demo offers it to its sample people."""
    hand.page.goto("/demo/")
    hand.page.locator("li", has_text=person.name).get_by_role("link").click()
    hand.page.get_by_role("link", name="ログアウト").wait_for()


def letters_to(page: Any, address: str) -> list[str]:
    """What was e-mailed to an address, subject and text, newest first."""
    answer = page.request.get(f"/demo/mail/?format=json&to={quote(address)}").json()
    return [f"{letter['subject']}\n{letter['text']}" for letter in answer["letters"]]


def letter_with(page: Any, address: str, word: str) -> str:
    """The newest letter to an address that says this, as soon as the worker has sent one."""
    found: list[str] = []

    def has_come() -> bool:
        found[:] = [letter for letter in letters_to(page, address) if word in letter]
        return bool(found)

    wait_for(has_come, seconds=PATIENCE_SECONDS, every=0.5)
    return found[0]


# The hamlet's call.
def take_the_call(officer: Hand) -> None:
    """The officer asks in the order in which one talks, reads it back, and the hamlet agrees that it is made public."""
    officer.tap("link", "担当の地区")
    officer.tap("link", HAMLET)
    officer.tap("link", "困りごとを聞きとる")
    officer.see("困りごとを聞きとる")
    officer.write("話している方", "自治会長（電話）")
    officer.choose("草刈り")
    officer.write("話したとおりに", NEED)
    officer.page.get_by_label("第何週").select_option(label="日にちで決める")
    officer.page.get_by_label("日にち（日にちで決めるとき）").fill(sunday_ahead(70).isoformat())
    officer.write("来てほしい人数", "10")
    officer.write("地元から", "8")
    officer.choose("刃物・回転刃")
    officer.write("現地責任者", LEAD)
    officer.choose(PATHS)
    officer.tap("button", "読み上げへ進む")
    officer.see("読み上げる")
    officer.choose("本人に読み上げて了解")
    officer.tap("button", "了解を記録して公開する")
    officer.page.get_by_text("公開しました。").wait_for()
    officer.page.get_by_text(f"{OFFICER.name}が代理で入力（自治会長（電話））").wait_for()


# The club.
def sign_up(club: Hand) -> None:
    """Interests first, then the group, then the address: with the code that comes by e-mail they take part."""
    club.page.goto("/")
    club.tap("link", "関心のあることを選ぶ")
    club.choose("草刈り")
    club.choose("山の道")
    club.tap("button", "次へ")
    club.see("お住まいはどちらですか")
    club.write("郵便番号", "810-0001")
    club.choose("車")
    club.tap("button", "次へ")
    club.see("いつ、だれと行けますか")
    club.choose("3時間")
    club.choose("団体")
    club.write("人数", "12")
    club.write("団体の名前", CLUB)
    club.tap("button", "次へ")
    club.see("メールアドレスを教えてください")
    club.write("メールアドレス", LEADER.email)
    club.write("お名前", LEADER.name)
    club.choose("同意")
    club.tap("button", "コードを送る")
    club.see("届いたコードを入力してください")
    club.write("コード", CODE.findall(letter_with(club.page, LEADER.email, "コード"))[0])
    club.tap("button", "確認する")
    club.page.wait_for_url("**/for-you/")


def say_the_affiliation(club: Hand) -> None:
    """On the page about oneself."""
    club.page.goto("/me/")
    club.tap("link", "お名前・所属・言語")
    club.write("所属", LEADER.affiliation)
    club.tap("button", "保存する")
    club.page.get_by_text("保存しました。").wait_for()


def fill_in_the_card(club: Hand) -> None:
    """From the page of the match, which says that the contact card is empty."""
    club.tap("link", "連絡先カードを書く")
    club.write("氏名", LEADER.full_name)
    club.write("電話", LEADER.phone)
    club.write("緊急連絡先", "家族 090-0000-0199")
    club.write("住所", LEADER.address)
    club.tap("button", "保存する")
    club.page.get_by_text("保存しました。").wait_for()


# The guide.
def find_on_the_desk(guide: Hand) -> str:
    """Look at the desk until the worker has proposed the club for the need; the public id of the match."""

    def lies_there() -> bool:
        guide.page.goto("/desk/")
        return guide.page.locator(".queue a", has_text=NEED).filter(has_text=CLUB).count() == 1

    wait_for(lies_there, seconds=PATIENCE_SECONDS, every=0.5)
    guide.page.locator(".queue a", has_text=NEED).filter(has_text=CLUB).click()
    found = re.search(r"/desk/(\w+)/", guide.page.url)
    assert found is not None
    return found[1]


def write_down_an_interview(guide: Hand) -> None:
    guide.tap("link", "面談を記録する")
    guide.see("面談を記録する")
    guide.choose("電話")
    guide.write("話した内容", "店主。区役の道具は自分たちで持ってくるとのこと。")
    guide.tap("button", "記録する")
    guide.page.get_by_text("面談を記録しました。").wait_for()


def approve_by_keys(guide: Hand) -> None:
    """``a``, then Enter on what would be sent: no tap."""
    guide.page.keyboard.press("a")
    guide.page.wait_for_url("**/approve/")
    guide.page.wait_for_function("document.activeElement.matches('main button[autofocus]')")
    guide.page.keyboard.press("Enter")
    guide.page.wait_for_url("**/desk/?asked=*")


# Both sides.
def answer_from_the_letter(hand: Hand, person: Person, word: str) -> None:
    """Follow the letter that asks, and say it."""
    link = re.search(r"https?://\S+/matches/\S+", letter_with(hand.page, person.email, ASKED))
    assert link is not None
    hand.page.goto(link[0])
    answer(hand, word)


def answer(hand: Hand, word: str) -> None:
    hand.tap("link", "お返事")
    hand.choose(word)
    hand.tap("button", "返事を送る")
    hand.page.get_by_text("お返事を記録しました。").wait_for()


def confirm_the_promise(hand: Hand) -> None:
    hand.tap("link", "お返しの約束を確かめる")
    hand.see("お返しの約束を確かめる")
    hand.tap("button", "これで合っています")
    hand.page.get_by_text("確かめました。").wait_for()


def look_at_contacts(hand: Hand) -> str:
    """Press the button of the page in hand; what one then reads."""
    hand.tap("button", "連絡先を見る")
    hand.see("連絡先")
    return str(hand.page.inner_text("main"))


# From the meeting to the promise.
def record_the_meeting(guide: Hand) -> None:
    guide.tap("link", "顔合わせの結果を記録する")
    guide.see("顔合わせの結果を記録する")
    guide.choose("進める")
    guide.page.get_by_label("会い方").select_option(label="祭り")
    guide.tap("button", "記録する")
    guide.page.get_by_text("顔合わせの結果を記録しました。").wait_for()


def record_a_consent(officer: Hand, by: str) -> None:
    """As it was said at the community's own meeting, entered by the officer."""
    officer.tap("link", "地区の了解を記録する")
    officer.choose(by)
    officer.choose("了解済み")
    officer.write("いつ、どのように聞きましたか", f"{by}で口頭")
    officer.tap("button", "記録する")
    officer.page.get_by_text("了解を記録しました。").wait_for()


def record_the_permission(officer: Hand) -> None:
    """The last holder has agreed in writing: from the page of the match to the offer."""
    officer.tap("link", f"承諾を記録する：{PATHS}")
    officer.tap("link", WATER_USERS)
    officer.choose("承諾")
    officer.write("了解を示すもの", "書面を受け取った")
    officer.tap("button", "記録する")
    officer.page.get_by_text("記録しました。").wait_for()
