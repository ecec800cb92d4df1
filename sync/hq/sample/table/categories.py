"""The eight doors a shopper browses by."""

from dataclasses import dataclass

from edge.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A category: its first style number stands for it in pictures; `floor` of a three-storey store, `bays` its shelves."""

    id: str
    name: Words
    cover: str
    floor: int
    bays: str  # `A` to `D`: shelves A-01 …


CATEGORIES = (
    Door(id="shirts", name=Words(ja="シャツ・カットソー", en="Shirts & tees"), cover="11-0104", floor=2, bays="AB"),
    Door(id="knit", name=Words(ja="ニット", en="Knitwear"), cover="12-0235", floor=2, bays="CD"),
    Door(id="bottoms", name=Words(ja="パンツ・スカート", en="Trousers & skirts"), cover="13-0307", floor=2, bays="EF"),
    Door(id="dress", name=Words(ja="ワンピース・羽織り", en="Dresses & coats"), cover="14-0413", floor=3, bays="GH"),
    Door(id="goods", name=Words(ja="布小物", en="Accessories"), cover="15-0556", floor=1, bays="JK"),
    Door(id="linen", name=Words(ja="タオル・寝具", en="Towels & bedding"), cover="16-0601", floor=3, bays="LM"),
    Door(id="table", name=Words(ja="うつわ", en="Tableware"), cover="17-0705", floor=1, bays="NP"),
    Door(id="living", name=Words(ja="香りと道具", en="Scent & home"), cover="18-0802", floor=1, bays="Q"),
)
