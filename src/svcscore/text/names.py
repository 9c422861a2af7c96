"""Names of people: what follows a word that announces a name, or stands before a title.

Only the given name is hidden: 王女士 tells little and is needed to follow who is meant. Surnames are
common ones (those of nearly everybody); a rarer one is believed where the name is plainly announced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from svcscore.text.digits import MASK

_DOUBLE = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|端木|夏侯|长孙|宇文"
_CLEAR = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林郭罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪"
    "范廖贾韦方夏石付邹熊孟秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万严覃武戴莫孔汤尚温樊葛洪颜倪殷章鲁阎韶伍柳"
    "阮纪翁祝齐庄涂辛裴翟詹申耿牛焦路岳游柯聂卜霍欧翁阳傅俞施鲍凌柴瞿闵滕邢梅盛蓝宫奚骆蔺褚卫穆萧费岑何马高于"
    "仇晏隋鞠戚窦柏水云昌苗凤花酆廉汤罗毕邬臧计伏谈茅庞屈项阮席麻强娄危童刁虞支昝管经房裘解应宗宣贲郁杭诸左吉钮"
)
_ALSO_WORDS = "常安任钱金白成包代关车明单易连乔赖甘冷"
_SURNAME = f"(?!谢谢)(?:{_DOUBLE}|[{_CLEAR}{_ALSO_WORDS}])"
_CUSTOMER = "(?:先生|女士|小姐|太太|同志|老师|阿姨|大爷|大妈|大叔|叔叔|师傅|老板|奶奶|爷爷)"
_TITLE = f"(?:{_CUSTOMER}|经理|主任|行长|总|姐|哥)"
_NEVER = r"的了吗呢啊吧呀我您你他她它这那请\W\da-zA-Z_"
"""What is in no given name."""
_SELDOM = (
    _NEVER
    + "来是在要想有不就也都办取存查对今到给和从还过叫号身卡手电说看填签写个位点下去把被让跟与及或又再很太没"
    "之所怎什么哪谁几多少已人名账户银需昨早晚后帮替等为因但而且开先"
)
"""What goes on after a name of one character, rather than being its second."""
_EDGE_AFTER = r"(?=[，。,.！!？?、；;：:\s]|吗|吧|对吧|是吗|是不是|本人|先生|女士|小姐|$)"
_GIVEN = rf"(?P<given>{MASK}{{1,2}}|[^{_NEVER}](?:[^{_NEVER}]{_EDGE_AFTER}|[^{_SELDOM}])?)"
_FREQUENT = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林郭罗郑梁宋唐许韩冯邓曹彭"
    "曾肖田董袁潘蒋蔡余杜叶苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾"
)
"""The surnames of four in five people."""
_NO_GIVEN = "工姨叔嫂婶爷奶妈爸妹弟老村庄家县市区镇州路氏某"
_EDGE_ALONE = r"(?=[，。,.！!？?、；;：:\s]|吗|吧|对吧|是吗|是不是|本人|$)"
_ORGANISATION = r"(?!公司|集团|银行|支行|县|市|省|村|镇)"
_ASKED = (
    r"(?:姓名|名字|户名|收款人|付款人|开户人|持卡人|联系人|代办人|经办人|投保人|被保险人|受益人|借款人|担保人|户主|"
    r"监护人|收款方|付款方|法人|配偶|股东|签名|单名)"
)
_WHO = (
    r"(?:我|他|她|名|名字|是|就|本人|大名|孩子|儿子|女儿|老公|爱人|老婆|妈妈|爸爸|母亲|父亲|媳妇|老伴|对象|妹妹|弟弟|"
    r"哥哥|姐姐|闺女|孙子|孙女|同事|朋友|姑娘)"
)
_TO = r"(?:姓名|名称|名字|应该|就|写的|写|填的|填|叫做|嗯|啊|呃|那个|对吧?|的|，|,| |：|:){0,6}"
_LINKED = (
    rf"(?:{_WHO}叫做?|单名(?:一个|叫|是)|{_ASKED}{_TO}(?:是叫|是|叫|为|：|:))"
    r"(?:嗯|啊|呃|那个|，|,| |：|:){0,6}"
)
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?:{_LINKED}|{_ASKED}{_TO})(?P<surname>{_SURNAME})(?!{_TITLE}){_GIVEN}{_ORGANISATION}",
        # a surname that is on no list
        rf"{_LINKED}(?P<surname>[^{_SELDOM}])(?P<given>{MASK}{{1,2}}|[^{_NEVER}]{{1,2}}){_EDGE_AFTER}",
        rf"(?:我是|本人是?|您是|你是|请问是|他是|她是|找一下|请)(?P<surname>[{_CLEAR}])(?!{_TITLE})"
        rf"(?P<given>{MASK}{{1,2}}|[^{_SELDOM}]{{2}}){_EDGE_AFTER}",
        # two characters alone may be any word: only with a frequent surname, and at the end
        rf"(?:我是|本人是|您是|请问是|他是|她是|这是|那是)(?P<surname>[{_FREQUENT}])(?!{_TITLE})"
        rf"(?P<given>{MASK}|[^{_SELDOM}{_NO_GIVEN}]){_EDGE_ALONE}",
        rf"(?:^|(?<=[，。,.！!？?、\s请叫是为给找把和跟向让替帮位的名到对好哎喂您你了户人姓：:下]))"
        rf"(?P<surname>{_SURNAME})(?!{_TITLE})(?P<given>{MASK}{{1,2}}|[^{_NEVER}]{{1,2}})(?={_CUSTOMER})",
        rf"(?:^|(?<=[，。,.！!？?、\s请叫找]))(?P<surname>[^{_SELDOM}])(?!{_TITLE})"
        rf"(?P<given>{MASK}{{2}}|[^{_NEVER}]{{2}})(?=先生|女士|小姐)",
    )
)
_WORDS = re.compile(
    "王[牌国子八者府]|张[罗开贴望扬]|陈[述列旧年]|杨[树梅]|黄[金牛色河昏豆瓜酒历山土毛]|"
    "周[一二三四五六日天末边年期转岁到围口]|徐[州徐]|孙[子女儿]|胡[同说子闹乱扯]|林[业场子地]|罗[马列]|"
    "郑[州重]|梁山|宋[朝体]|唐[山朝人]|许[多可久昌]|韩[国语流]|曹操|曾[经孙]|田[地里径]|董[事秘]|"
    "余[额下款地钱姚]|杜绝|叶子|苏[州宁打]|丁[克香]|沈阳|姜汤|钟[点头表]|陆[续地军]|汪洋|范[围本例]|肖像|"
    "李[子宁]|刘海|吴[江中]|朱红|江[西苏]|石家|马上|高[中管层]"
)
"""Words that begin like a surname and are no name."""
_EVERYDAY = re.compile(
    "高兴|方便|方法|成功|成人|安全|常用|任何|单位|关系|黄金|白金|金卡|外卖|快递|保安|经理|主任|水电|管理|经常|"
    "大夫|大堂|医生|护士|警察|民警|出租|滴滴|救护|柜员"
)


def names(text: str) -> Iterator[tuple[int, int, frozenset[int]]]:
    """Start, end and hidden places of every name."""
    seen = -1
    found = [match for form in _FORMS for match in form.finditer(text)]
    for match in sorted(found, key=lambda one: (one.start("surname"), -one.end("given"))):
        start, end = match.start("surname"), match.end("given")
        name = match["surname"] + match["given"]
        if start < seen or _EVERYDAY.match(name) or _WORDS.fullmatch(name):
            continue
        seen = end
        yield start, end, frozenset(range(match.start("given"), end))
