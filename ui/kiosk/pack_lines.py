"""The data in the code of the pack that was read, as lines under its product, for shoppers and for staff."""

from dataclasses import dataclass

from edge.features.product_label import PassedDate, ProductLabel
from ui.i18n import Locale

LabelLine = tuple[str, dict[str, str]]  # the key of its words, and what fills their places


@dataclass(frozen=True, slots=True, kw_only=True)
class PackLabel:
    """A label to be shown: its price takes the place of the catalogue's."""

    label: ProductLabel
    case_of: int | None = None
    past: PassedDate | None = None

    @property
    def price_words(self) -> str:
        """The words beside the label's price."""
        return "untaxed" if self.label.price_includes_tax is False else "price"

    def lines(self, v: Locale) -> list[LabelLine]:
        """Weight, dates, lot and the rest, one line each, what matters most first."""
        it, found = self.label, list[LabelLine]()
        if self.case_of is not None:
            found.append(("case", {"pieces": v.number(self.case_of)}))
        if it.weight_g:
            found.append(("weight", {"weight": weight_in_words(v, it.weight_g)}))
        if it.count:
            found.append(("count", {"pieces": v.number(it.count)}))
        for key, day in (("use_by", it.use_by), ("best_before", it.best_before), ("sell_by", it.sell_by)):
            if day is not None:
                found.append((key, {"day": v.day(day)}))
        if it.produced is not None:
            found.append(("produced", {"day": v.day(it.produced)}))
        if it.lot:
            found.append(("lot", {"lot": it.lot}))
        return found


def weight_in_words(v: Locale, grams: int) -> str:
    """`195 g`, `1.25 kg`."""
    return f"{v.number(grams)} g" if grams < 1000 else f"{v.number(grams / 1000)} kg"
