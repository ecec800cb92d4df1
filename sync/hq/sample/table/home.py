"""Accessories, towels and bedding, tableware, scent and tools: 26 styles."""

from dataclasses import replace
from functools import partial

from sync.hq.sample.table.style import style

_goods = partial(style, "goods")
_linen = partial(style, "linen")
_table = partial(style, "table")
_living = partial(style, "living")

HOME = (
    _goods("15-0507", "麻の大判ストール", "Large linen stole", 4990, "02 11 31 33"),
    _goods("15-0515", "格子のウールマフラー", "Checked wool muffler", 5990, "32 13 04"),
    _goods("15-0523", "注ぎ染めの手ぬぐい", "Dyed cotton tenugui", 1290, "12 32 23 05"),
    _goods("15-0531", "足ならしリブソックス", "Everyday rib socks", 890, "02 04 31", "22-24 25-27"),
    _goods("15-0549", "ボーダーのくつした", "Striped socks", 890, "12 33", "22-24 25-27"),
    _goods("15-0556", "九号帆布のトート", "No. 9 canvas tote", 4490, "02 13 22", "小 大"),
    _goods("15-0564", "あずま袋", "Azuma knot bag", 1990, "12 31 33"),
    _goods("15-0572", "斜めがけサコッシュ", "Cross-body sacoche", 2990, "05 21 41"),
    _goods("15-0580", "麻のバケットハット", "Linen bucket hat", 3490, "02 05", "M L"),
    _goods("15-0598", "あぜ編みのニット帽", "Rib-knit cap", 2490, "31 12 33 05"),
    _linen("16-0601", "無撚糸のバスタオル", "Untwisted-yarn bath towel", 2990, "01 11 23 34"),
    _linen("16-0619", "ワッフルのフェイスタオル", "Waffle face towel", 1290, "01 04 12 31"),
    _linen("16-0627", "麻のキッチンクロス", "Linen kitchen cloth", 1090, "02 12 33"),
    _linen("16-0635", "洗い麻のクッションカバー", "Washed linen cushion cover", 2490, "02 21 12 32"),
    _linen("16-0643", "刺し子のクッションカバー", "Sashiko cushion cover", 3290, "13 02 33"),
    _linen("16-0650", "梳き毛のひざ掛け", "Brushed wool throw", 7990, "04 22 32"),
    _table("17-0705", "朝のマグ", "Morning mug", 1690, "51 52 53 54"),
    _table("17-0713", "くらしの飯碗", "Everyday rice bowl", 1490, "55 52 54", "小 大"),
    _table("17-0721", "そば猪口", "Soba cup", 990, "51 52 53"),
    _table("17-0739", "横手の急須", "Side-handle teapot", 5490, "54 53"),
    _table("17-0747", "りんどう皿", "Scalloped plate", 1990, "55 52", "18cm 24cm"),
    replace(_table("17-0754", "曲げわっぱの弁当箱", "Bent-wood lunch box", 7990, "61", "中 大"), in_store=True),
    _living("18-0802", "蜜蝋のキャンドル", "Beeswax candle", 2490, "62", "小 大"),
    _living("18-0810", "檜とすだちの香り", "Reed diffuser, hinoki & sudachi", 3990, "53"),
    _living("18-0828", "一輪挿し", "Bud vase", 2290, "52 54 55"),
    _living("18-0836", "前かけエプロン", "Bib apron", 4990, "13 02 41"),
)
