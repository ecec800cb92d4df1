"""Shirts, knitwear, trousers, skirts, dresses and coats: 34 styles."""

from functools import partial

from sync.hq.sample.table.style import style

_shirts = partial(style, "shirts")
_knit = partial(style, "knit")
_bottoms = partial(style, "bottoms")
_dress = partial(style, "dress")

WEAR = (
    _shirts("11-0104", "洗いざらし麻の立ち襟シャツ", "Washed linen band-collar shirt", 6990, "02 11 05", "S M L XL"),
    _shirts("11-0112", "楊柳の開襟シャツ", "Crinkled cotton open-collar shirt", 5490, "23 13", "S M L XL"),
    _shirts("11-0120", "オックスのボタンダウンシャツ", "Oxford button-down shirt", 5990, "01 11", "S M L XL*"),
    _shirts("11-0138", "二重ガーゼの丸襟シャツ", "Double-gauze round-collar shirt", 4990, "34 01", "S M L"),
    _shirts("11-0146", "先染めストライプの長シャツ", "Yarn-dyed striped long shirt", 7490, "11 02", "S M L"),
    _shirts("11-0153", "格子のワークシャツ", "Checked work shirt", 6490, "22 33", "S M L XL"),
    _shirts("11-0161", "度詰め天竺の丸首Tシャツ", "Dense jersey crew-neck tee", 2490, "01 04 12", "S M L XL"),
    _shirts("11-0179", "ボーダーのボートネックT", "Striped boat-neck tee", 3990, "02 12", "S M L"),
    _shirts("11-0187", "吊り編みのポケットTシャツ", "Loopwheel pocket tee", 3490, "31 21", "S M L"),
    _shirts("11-0195", "Vネックの七分袖カットソー", "V-neck tee with three-quarter sleeves", 2990, "03 05", "S M L"),
    _knit("12-0201", "畦編みの丸首セーター", "Half-cardigan-stitch crew sweater", 8990, "02 33 13", "S M L XL"),
    _knit("12-0219", "縄編みのセーター", "Cable-knit sweater", 10900, "02 22", "S M L"),
    _knit("12-0227", "梳毛のハイネックセーター", "Fine wool high-neck sweater", 7990, "05 34", "S M L XL*"),
    _knit("12-0235", "首もとやわらかVセーター", "Soft V-neck sweater", 7490, "12 31", "S M L"),
    _knit("12-0243", "一枚仕立ての丸首カーディガン", "Crew-neck cardigan", 8490, "04 32", "S M L"),
    _knit("12-0251", "ざっくりVカーディガン", "Chunky V-neck cardigan", 11900, "41 05", "S M L"),
    _knit("12-0268", "ワッフルのニットベスト", "Waffle knit vest", 6990, "21 42", "S M L"),
    _knit("12-0276", "雪丸柄のセーター", "Snow-dot yoke sweater", 9990, "13", "S M L"),
    _bottoms("13-0307", "麻混のワイドパンツ", "Linen-blend wide trousers", 6990, "05 02", "S M L XL"),
    _bottoms("13-0315", "綾織りのテーパードパンツ", "Twill tapered trousers", 6490, "41 22", "S M L XL"),
    _bottoms("13-0323", "十二オンスのまっすぐデニム", "12 oz straight jeans", 7990, "13 05", "S M L XL*"),
    _bottoms("13-0331", "しじら織りの七分丈パンツ", "Seersucker cropped trousers", 5990, "11 04", "S M L"),
    _bottoms("13-0349", "野良着のイージーパンツ", "Field trousers with a drawstring", 5490, "12 42", "S M L"),
    _bottoms("13-0356", "たっぷりギャザースカート", "Full gathered skirt", 6990, "21 03", "M L"),
    _bottoms("13-0364", "消えないプリーツスカート", "Permanent pleat skirt", 7990, "35 05", "M L"),
    _bottoms("13-0372", "前あきボタンの巻きスカート", "Button-front skirt", 6490, "41", "S M L"),
    _dress("14-0405", "麻のシャツワンピース", "Linen shirt dress", 9990, "02 13", "M L"),
    _dress("14-0413", "肩ヨークのギャザーワンピース", "Yoke dress with gathers", 9490, "12 33", "M L"),
    _dress("14-0421", "綿麻のジャンパースカート", "Cotton-linen pinafore dress", 8990, "22 04", "M L"),
    _dress("14-0439", "刺し子の羽織", "Sashiko haori jacket", 12900, "13 02", "M L"),
    _dress("14-0447", "たて衿の木綿コート", "Cotton stand-fall collar coat", 15900, "41 05", "S M L"),
    _dress("14-0454", "撥水のフードコート", "Water-repellent hooded coat", 14900, "22", "S M L"),
    _dress("14-0462", "中綿はんてん", "Quilted hanten", 9990, "33 13"),
    _dress("14-0470", "ウールのえりなしコート", "Collarless wool coat", 19900, "04", "S M L"),
)
