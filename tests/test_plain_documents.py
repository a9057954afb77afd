"""Documents as their programs lay them out are read by one pattern, and tell the same as a parser makes of them.

A comment behind the root says nothing, and nothing but a parser takes it.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.readers.gpo import backup_xml, policy_rules_entries

COMMENT = "<!-- -->"
TEXTS = st.one_of(
    st.sampled_from(
        ("", "a", " a\r\nb\r", "&lt;", "&amp;lt;", "&#65;", "&apos;&quot;", "&nbsp;", "&", "]]>", "<", ">")
    ),
    st.sampled_from(
        ("\x0b", "\x00", "ä", "\x85", "\u2028", "\ufffe", "<![CDATA[a]]>", COMMENT, "<b/>", "[[[delete]]]")
    ),
    st.text(max_size=4),
)
ENTRIES = (
    "<ComputerConfig><Key>{0}</Key><Value>{1}</Value><RegType>REG_SZ</RegType><RegData>{2}</RegData>"
    "<SourceFile>{3}</SourceFile><PolicyName>{4}</PolicyName></ComputerConfig>",
    "<ComputerConfig><Key>{0}</Key><Value>{1}</Value><RegType>REG_SZ</RegType><RegData>{2}</RegData>"
    "<SourceFile>{3}</SourceFile><PolicyName>{4}</PolicyName></UserConfig>",
    '<SecurityTemplate Section="{0}"><LineItem>{1}</LineItem><SourceFile>{2}</SourceFile><PolicyName>{3}</PolicyName>'
    "</SecurityTemplate>",
    "<AuditSubcategory><GUID>{0}</GUID><Name>{1}</Name><Setting>{2}</Setting><SourceFile>{3}</SourceFile>"
    "<PolicyName>{4}</PolicyName></AuditSubcategory>",
    "<CSE-Machine><GUID>{0}</GUID><Name>{1}</Name></CSE-Machine>",
    "<CSE-User><GUID>{0}</GUID><Name>{1}</Name></CSE-Machine>",
    "<UserConfig><PolicyName>{0}</PolicyName><Key>{1}</Key></UserConfig>",
    "{0}",
    "</PolicyRules><PolicyRules>",
)
INFO = (
    '<BackupInst xmlns="http://www.microsoft.com/GroupPolicy/GPOOperations/Manifest"><GPOGuid>{0}</GPOGuid>'
    "<GPODomain>{1}</GPODomain><GPODomainGuid>{2}</GPODomainGuid><GPODomainController>{3}</GPODomainController>"
    "<BackupTime>{4}</BackupTime><ID>{5}</ID><Comment>{6}</Comment><GPODisplayName>{7}</GPODisplayName></BackupInst>"
)


def told(read: Callable[[bytes], object], xml: str) -> object:
    """What is read, or the rule, message and place of the error."""
    try:
        return read(xml.encode("utf-8", "surrogatepass"))
    except ReadError as error:
        return error.rule, error.message, error.place


@st.composite
def rules(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.tuples(st.sampled_from(ENTRIES), st.lists(TEXTS, min_size=5, max_size=5)), max_size=4))
    blank = draw(st.sampled_from(("", "\n", "\r\n", "\t", "x")))
    return f"<PolicyRules>\n{blank.join(entry.format(*texts) for entry, texts in parts)}\n</PolicyRules>"


@given(rules())
@example(f"<PolicyRules>{ENTRIES[0].format('a', '&amp;lt;', 'b', 'c', 'd')}\r\n</PolicyRules>")
@example(f"<PolicyRules>{COMMENT[:-3]}{ENTRIES[4]}{COMMENT[-3:]}</PolicyRules>")
@example(f"{ENTRIES[4]}<PolicyRules></PolicyRules>")
@example(f"<PolicyRules>{ENTRIES[4]}</PolicyRules><PolicyRules>{ENTRIES[4]}</PolicyRules>")
def test_rules_say_what_a_parser_makes_of_them(xml: str) -> None:
    read = policy_rules_entries.entries
    assert told(read, xml) == told(read, xml + COMMENT)


@given(st.lists(TEXTS, min_size=8, max_size=8), st.booleans(), st.sampled_from(("", "\r\n", "\x0b", "x")))
def test_backup_information_says_what_a_parser_makes_of_it(texts: list[str], marked: bool, end: str) -> None:
    xml = INFO.format(*(f"<![CDATA[{text}]]>" if marked else text for text in texts)) + end
    assert told(backup_xml.info, xml) == told(backup_xml.info, xml + COMMENT)
