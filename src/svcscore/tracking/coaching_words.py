"""Why an item matters to the customer, and what could be said instead; for who is coached."""

from __future__ import annotations

from typing import NamedTuple


class Advice(NamedTuple):
    """Two sentences in Chinese."""

    why: str
    instead: str


COURTESY = "courtesy"
"""Stands for the code of an item that is about the tone of all turns."""

ADVICE: dict[str, Advice] = {
    COURTESY: Advice(
        "同样的话，语气不同，客户的感受完全不同；投诉里说得最多的是态度。",
        "多用“您”“请”“麻烦您”，话说完整，语速放缓一点。",
    ),
    "voice.greeting": Advice(
        "第一句话决定客户对整次服务的印象，没有招呼，客户会觉得被冷落。",
        "“您好，请坐，请问您办理什么业务？”",
    ),
    "voice.inquiry": Advice(
        "主动问清需求，可以少走弯路，也让客户知道有人在关注他。",
        "“请问您今天想办理什么业务？”",
    ),
    "voice.answer": Advice(
        "客户问了没有得到回应，会反复追问，甚至认为我们不愿意帮忙。",
        "“好的，我来帮您看一下。”不能马上答复时，先应一声再查。",
    ),
    "voice.thanks": Advice(
        "客户递证件、等候、配合都是在帮我们，一声谢谢让配合更顺畅。",
        "“谢谢您的配合。”“谢谢，证件收到了。”",
    ),
    "voice.apology": Advice(
        "客户等久了或事情没办成时，先道歉，情绪才会平下来，小事不会变成投诉。",
        "“不好意思，让您久等了。”“很抱歉给您带来不便。”",
    ),
    "voice.explanation": Advice(
        "客户不明白原因，只听到“不行”，容易以为是在刁难他。",
        "“是这样的，因为……，所以需要您……，您看这样可以吗？”",
    ),
    "voice.farewell": Advice(
        "最后一句话留下最深的印象，没有送别，前面的好服务也会打折扣。",
        "“请您收好证件，请慢走，再见。”",
    ),
    "voice.address": Advice(
        "称呼客户的姓氏，客户会感到被记得、被尊重。",
        "“王女士，您好。”“李先生，请您核对一下。”",
    ),
    "forbidden.deflection": Advice(
        "推给别人，客户只能再跑一趟，问题没有解决，责任仍在我们网点。",
        "“这个业务在那边办理，我先帮您联系好。”",
    ),
    "forbidden.impatience": Advice(
        "不耐烦的话客户记得最久，一句就可能变成投诉。",
        "“您别着急，我再给您说一遍。”",
    ),
    "forbidden.confrontation": Advice(
        "顶撞会把不满变成投诉，谁对谁错已经不重要了。",
        "“我理解您的心情，我们一起看看怎么解决。”",
    ),
    "forbidden.command": Advice(
        "命令的口气让客户觉得低人一等，换成请求，客户更愿意配合。",
        "“请您在这里签一下字。”“麻烦您再输一次密码。”",
    ),
    "forbidden.discrimination": Advice(
        "伤人自尊的话触碰底线，伤害客户，也会追究责任。",
        "“没关系，我一步一步帮您办。”",
    ),
    "forbidden.coldness": Advice(
        "敷衍的回答让客户觉得没有人愿意管他的事。",
        "“这个我帮您问一下，请稍等。”",
    ),
    "forbidden.abuse": Advice(
        "任何情况下都不能对客户说脏话，这是底线。",
        "情绪上来时先停一下，请主管接手：“请稍等，我请主管来帮您。”",
    ),
    "forbidden.": Advice(
        "服务禁语伤害客户，也是投诉和处罚的主要原因。",
        "先说“您别着急”，再说能为客户做什么。",
    ),
    "rights.information.": Advice(
        "费用和风险没有说清楚，客户事后会认为被误导，也违反消保规定。",
        "“这项服务每月收费……元；这个产品不保本，可能亏损，请您看清楚再决定。”",
    ),
    "rights.choice.": Advice(
        "办不办、在哪里办，由客户自己决定；强制办理违反消保规定。",
        "“这项服务是自愿的，您可以不开通。”",
    ),
    "rights.fair_trade.": Advice(
        "附加条件或条款没有明说，属于不公平交易，容易引起纠纷。",
        "“利率和期限都写在这里，请您核对后再签字。”",
    ),
    "rights.property.": Advice(
        "一句安全或反诈提示，可能保住客户的全部积蓄。",
        "“请问收款人您认识吗？请注意遮挡密码，不要告诉任何人。”",
    ),
    "rights.redress.": Advice(
        "客户有权投诉，阻拦只会让事情升级。",
        "“您可以找我们主管反映，也可以拨打客服热线，我把号码告诉您。”",
    ),
    "rights.education.": Advice(
        "客户不懂产品就签字，风险由双方承担；讲明白也是我们的责任。",
        "“我用简单的话给您讲一下……，我讲清楚了吗？”",
    ),
    "rights.respect.": Advice(
        "老人、残障人士等客户更需要耐心，他们的感受最能体现服务水平。",
        "“您慢慢来，不着急，需要我帮您念一下吗？”",
    ),
    "rights.data.": Advice(
        "客户信息被旁人听到或看到，既伤害客户，也违反规定。",
        "“请您看屏幕核对，不用念出来。”",
    ),
    "flow.teller.receive": Advice(
        "证件和现金双手接、说一声，客户放心，也避免差错。",
        "“请把证件给我，谢谢。收您两万元。”",
    ),
    "flow.teller.process": Advice(
        "唱收唱付、请客户核对签字，是防差错、防纠纷最有效的一步。",
        "“收您两万元，请核对金额，没有问题请在这里签字。”",
    ),
    "flow.teller.recommend": Advice(
        "合适的一句推荐能帮到客户；客户不需要时就不要多说。",
        "“您这笔钱暂时不用的话，可以了解一下定期存款。”",
    ),
    "flow.teller.return": Advice(
        "证件、现金交还时提醒客户当面核对，可以避免遗失和纠纷。",
        "“这是您的卡和身份证，请当面核对，收好。”",
    ),
    "flow.lobby.triage": Advice(
        "问清业务再取号分流，客户不会白等，柜台也不会拥堵。",
        "“您好，请问办什么业务？这项可以在自助机上办，我带您过去。”",
    ),
    "flow.lobby.ease": Advice(
        "等候时有人关心，客户的耐心会多得多。",
        "“前面还有三位，大约十五分钟，您先坐，喝杯水。”",
    ),
    "flow.manager.assess": Advice(
        "不先测评风险，推荐的产品可能不适合客户，这也是监管要求。",
        "“在介绍产品之前，先请您做一次风险测评，请如实填写。”",
    ),
    "flow.manager.recommend": Advice(
        "只讲收益不讲风险，客户亏损后一定会投诉。",
        "“这款产品不保本，业绩基准不代表实际收益，最坏的情况是……”",
    ),
    "flow.": Advice(
        "流程做完整，客户知道每一步在做什么，也能减少差错。",
        "按流程说清这一步：正在做什么，需要客户做什么。",
    ),
    "branch.": Advice("网点的固定动作做到位，客户一进门就能感到规范。", "按网点的标准用语说完整。"),
    "complaint.soothe": Advice(
        "情绪没有平复之前，讲道理没有用；先安抚、先道歉。",
        "“您先别着急，给您添麻烦了，我马上帮您看。”",
    ),
    "complaint.empathy": Advice(
        "客户想先被理解，再听解决办法。", "“换作是我也会着急，我理解您的心情。”"
    ),
    "complaint.hold_line": Advice(
        "客户无理时，既不争吵也不退让，才能保护自己。",
        "“我很想帮您，但这一步按规定必须本人办理，我可以帮您……”",
    ),
    "complaint.": Advice(
        "不满在网点解决，成本最小；离开网点以后，就会变成投诉。",
        "“我听明白了，您说的是……，我现在就处理，办好马上告诉您。”",
    ),
    "marketing.": Advice(
        "推荐要看客户需不需要；客户拒绝后还反复推荐，会引起反感和投诉。",
        "“您有需要的话可以了解一下，不需要也没有关系。”",
    ),
    "waiting.": Advice(
        "客户抱怨等候时，一句回应就能避免情绪升级。",
        "“不好意思让您久等了，前面还有两位，大约十分钟。”",
    ),
    "special.": Advice(
        "特殊客户需要更多的照顾，照顾好一位，旁边的客户都会看到。",
        "“您请坐，我过来帮您办。”“需要我帮您念一下吗？”",
    ),
    "emergency.": Advice(
        "突发情况时，第一句话要稳住客户，再呼叫支援。",
        "“您先坐下，别着急，我马上叫人帮忙。”",
    ),
}
_OTHER = Advice("这是本行的服务要求，做到了，客户的感受会更好。", "请按本行的标准用语说完整。")


def advice(code: str) -> Advice:
    """What is said of a code: its own, or that of the longest part of its name."""
    known = [name for name in ADVICE if code == name or (name[-1] == "." and code.startswith(name))]
    return ADVICE[max(known, key=len)] if known else _OTHER
