"""Which silhouette, cloth and details each style has."""

from collections.abc import Callable
from functools import partial

from sync.hq.sample.draw.apron import apron
from sync.hq.sample.draw.bag import sacoche, tote
from sync.hq.sample.draw.coat import coat
from sync.hq.sample.draw.cushion import cushion
from sync.hq.sample.draw.dress import dress
from sync.hq.sample.draw.folded import kitchen_cloth, throw, towels
from sync.hq.sample.draw.haori import haori
from sync.hq.sample.draw.hat import bucket, cap
from sync.hq.sample.draw.knit import knit
from sync.hq.sample.draw.knot import azuma
from sync.hq.sample.draw.lunch_box import lunch_box
from sync.hq.sample.draw.part import Cloth
from sync.hq.sample.draw.plate import plate
from sync.hq.sample.draw.pots import bowl, mug, soba_cup
from sync.hq.sample.draw.scent import candle, diffuser
from sync.hq.sample.draw.sheet import Sheet
from sync.hq.sample.draw.shirt import shirt
from sync.hq.sample.draw.skirt import skirt
from sync.hq.sample.draw.socks import socks
from sync.hq.sample.draw.teapot import teapot
from sync.hq.sample.draw.tee import tee
from sync.hq.sample.draw.trousers import trousers
from sync.hq.sample.draw.vase import vase
from sync.hq.sample.draw.wrap import hung, stole, tenugui

LOOKS: dict[str, Callable[[Sheet], None]] = {
    "11-0104": partial(shirt, collar="band", cloth=Cloth(threads="linen"), tail=True),
    "11-0112": partial(shirt, collar="open", sleeves="short", cloth=Cloth(threads="crepe"), button="#4a3c30"),
    "11-0120": partial(shirt, collar="button-down", cloth=Cloth(threads="oxford"), tail=True),
    "11-0138": partial(shirt, collar="round", cloth=Cloth(threads="gauze"), pockets=0),
    "11-0146": partial(shirt, collar="band", cloth=Cloth(dyed="stripe"), bottom=700, tail=True),
    "11-0153": partial(
        shirt, collar="button-down", cloth=Cloth(threads="twill", dyed="check"), pockets=2, button="#3a332c"
    ),
    "11-0161": partial(tee, cloth=Cloth(threads="jersey")),
    "11-0179": partial(tee, neck="boat", sleeves="long", cloth=Cloth(threads="jersey", dyed="border"), bound=0),
    "11-0187": partial(tee, cloth=Cloth(threads="jersey"), pocket=True, bound=26),
    "11-0195": partial(tee, neck="v", sleeves="elbow", cloth=Cloth(threads="jersey"), bound=12),
    "12-0201": partial(knit, cloth=Cloth(threads="ridge")),
    "12-0219": partial(knit, cloth=Cloth(threads="knit"), cables=True),
    "12-0227": partial(knit, neck="high", cloth=Cloth(threads="fine")),
    "12-0235": partial(knit, neck="v", cloth=Cloth(threads="knit")),
    "12-0243": partial(knit, cloth=Cloth(threads="fine"), opened=True, button="#efe8da"),
    "12-0251": partial(knit, neck="cardigan-v", cloth=Cloth(threads="ridge"), opened=True, pockets=True),
    "12-0268": partial(knit, neck="v", cloth=Cloth(threads="waffle"), sleeved=False),
    "12-0276": partial(knit, cloth=Cloth(threads="knit"), yoke=True),
    "13-0307": partial(trousers, cut="wide", waist="elastic", cloth=Cloth(threads="linen")),
    "13-0315": partial(trousers, cut="tapered", cloth=Cloth(threads="twill"), crease=True),
    "13-0323": partial(trousers, cut="straight", cloth=Cloth(threads="denim"), jeans=True),
    "13-0331": partial(trousers, cut="cropped", waist="elastic", cloth=Cloth(threads="seersucker")),
    "13-0349": partial(trousers, cut="tapered", waist="drawstring", cloth=Cloth(threads="canvas")),
    "13-0356": partial(skirt, kind="gathered", cloth=Cloth(threads="linen")),
    "13-0364": partial(skirt, kind="pleated", cloth=Cloth(threads="plain")),
    "13-0372": partial(skirt, kind="buttoned", cloth=Cloth(threads="twill")),
    "14-0405": partial(dress, kind="shirt", cloth=Cloth(threads="linen")),
    "14-0413": partial(dress, kind="yoke", cloth=Cloth(threads="gauze")),
    "14-0421": partial(dress, kind="pinafore", cloth=Cloth(threads="linen")),
    "14-0439": partial(haori, cloth=Cloth(threads="plain", dyed="sashiko")),
    "14-0447": partial(coat, kind="stand-fall", cloth=Cloth(threads="twill")),
    "14-0454": partial(coat, kind="hooded", cloth=Cloth(threads="plain")),
    "14-0462": partial(haori, cloth=Cloth(threads="plain"), quilted=True),
    "14-0470": partial(coat, kind="collarless", cloth=Cloth(threads="felt")),
    "15-0507": partial(stole, cloth=Cloth(threads="linen")),
    "15-0515": partial(stole, cloth=Cloth(threads="felt", dyed="check"), fringe=34, thick=True),
    "15-0523": tenugui,
    "15-0531": partial(socks, cloth=Cloth(threads="rib")),
    "15-0549": partial(socks, cloth=Cloth(threads="fine", dyed="light-border")),
    "15-0556": tote,
    "15-0564": azuma,
    "15-0572": sacoche,
    "15-0580": bucket,
    "15-0598": cap,
    "16-0601": towels,
    "16-0619": partial(hung, cloth=Cloth(threads="waffle")),
    "16-0627": kitchen_cloth,
    "16-0635": partial(cushion, cloth=Cloth(threads="linen"), buttoned=True),
    "16-0643": partial(cushion, cloth=Cloth(threads="plain", dyed="sashiko")),
    "16-0650": throw,
    "17-0705": mug,
    "17-0713": bowl,
    "17-0721": soba_cup,
    "17-0739": teapot,
    "17-0747": plate,
    "17-0754": lunch_box,
    "18-0802": candle,
    "18-0810": diffuser,
    "18-0828": vase,
    "18-0836": apron,
}


def draw(style: str) -> str:
    """The picture of a style."""
    sheet = Sheet(f"s{style.replace('-', '')}")
    LOOKS[style](sheet)
    return sheet.svg()
