"""A sheet of paper as wide as the printer prints, filled from the top: nothing may stand beyond its sides."""

from PIL import Image, ImageDraw

from firmware_bridge.printing.drawing.fonts import BOLD, REGULAR, printable, runs, text_width

PAPER, INK = 1, 0  # of a picture with one bit a dot
MARGIN = 8  # dots at each side, 1 mm: rolls lie a little aslant
LINE_HEIGHT = 1.25  # of the size: Japanese lines need air
ASCENT = 1.0  # of the size above the base line; Noto's tallest characters stay within it
ELLIPSIS = "…"


class DoesNotFit(ValueError):
    """Something of a document is wider than the paper."""


class Sheet:
    """Dots are counted from the left of the paper and from the top of the sheet."""

    def __init__(self, width: int) -> None:
        self.width, self.y = width, MARGIN
        self._picture = Image.new("1", (width, 64), PAPER)

    @property
    def inner(self) -> int:
        """Dots across between the margins."""
        return self.width - 2 * MARGIN

    def feed(self, dots: int) -> None:
        """Leave so much free."""
        self.y += dots
        self._grow(self.y)

    def text(self, text: str, x: int, size: int, *, weight: int = REGULAR, ink: int = INK, y: int | None = None) -> int:
        """Draw a line of text at the present height (or `y`), and return where it ends. Raises DoesNotFit."""
        at, base, drawn = float(x), (self.y if y is None else y) + round(size * ASCENT), printable(text)
        self._require(x, text_width(drawn, size, weight))
        self._grow(base + size)
        draw = ImageDraw.Draw(self._picture)
        draw.fontmode = "1"  # dots are black or white
        for nth, (part, font) in enumerate(runs(drawn, size, weight)):
            if nth == 0:
                at -= min(0.0, font.getbbox(part, anchor="ls")[0])  # a `j` begins left of where it stands
            draw.text((at, base), part, fill=ink, font=font, anchor="ls")
            at += font.getlength(part)
        return round(at)

    def line(self, text: str, size: int, *, weight: int = REGULAR, centred: bool = False) -> None:
        """Draw a line of text across, and go below it."""
        x = MARGIN + (self.inner - text_width(printable(text), size, weight)) // 2 if centred else MARGIN
        self.text(text, x, size, weight=weight)
        self.feed(round(size * LINE_HEIGHT))

    def paragraph(self, text: str, size: int, *, weight: int = REGULAR, most: int) -> None:
        """Draw a text on as many lines as it needs, at most `most`; what is left then ends with an ellipsis."""
        for one in wrapped(printable(text), self.inner, size, weight, most):
            self.line(one, size, weight=weight)

    def band(self, text: str, size: int) -> None:
        """Draw a text white on black, from side to side."""
        height = round(size * 1.4)
        self._grow(self.y + height)
        box = (MARGIN, self.y, self.width - MARGIN - 1, self.y + height)
        ImageDraw.Draw(self._picture).rectangle(box, fill=INK)
        shown = wrapped(printable(text), self.inner - size, size, BOLD, 1)[0]
        x = MARGIN + (self.inner - text_width(shown, size, BOLD)) // 2
        self.text(shown, x, size, weight=BOLD, ink=PAPER, y=self.y + round(size * 0.08))
        self.feed(height + round(size * 0.2))

    def rule(self) -> None:
        """Draw a line from side to side."""
        self._grow(self.y + 12)
        ImageDraw.Draw(self._picture).rectangle((MARGIN, self.y + 4, self.width - MARGIN - 1, self.y + 5), fill=INK)
        self.feed(12)

    def strike(self, x: int, end: int, y: int) -> None:
        """Strike out what stands at that height."""
        ImageDraw.Draw(self._picture).rectangle((x, y - 1, end, y + 1), fill=INK)

    def picture(self, picture: Image.Image, x: int, y: int | None = None) -> None:
        """Put a picture at the present height (or `y`). Raises DoesNotFit."""
        self._require(x, picture.width)
        top = self.y if y is None else y
        self._grow(top + picture.height)
        self._picture.paste(picture, (x, top))

    def _require(self, x: int, width: int) -> None:
        if x < MARGIN or x + width > self.width - MARGIN:
            raise DoesNotFit(f"{width} dots from {x} on, of {self.width}")

    def _grow(self, height: int) -> None:
        if height > self._picture.height:
            taller = Image.new("1", (self.width, 2 * height), PAPER)
            taller.paste(self._picture, (0, 0))
            self._picture = taller

    def finished(self) -> Image.Image:
        """The picture, as long as what was drawn."""
        self._grow(self.y + MARGIN)
        return self._picture.crop((0, 0, self.width, self.y + MARGIN))


def fitted_size(text: str, width: int, largest: int, smallest: int, weight: int) -> int:
    """The largest size, in steps of an eighth, at which a text fits; the smallest if none does."""
    size, shown = largest, printable(text)
    while size > smallest and text_width(shown, size, weight) > width:
        size = max(smallest, min(size - 1, size * 7 // 8))
    return size


def wrapped(text: str, width: int, size: int, weight: int, most: int) -> list[str]:
    """A printable text in lines; it is cut between any two characters, as Japanese is, and may be cut short at the end."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        end = len(rest)
        while end > 1 and text_width(rest[:end], size, weight) > width:
            end -= 1
        lines.append(rest[:end].strip())
        rest = rest[end:]
    if rest and lines:
        last = lines[-1]
        while last and text_width(last + ELLIPSIS, size, weight) > width:
            last = last[:-1]
        lines[-1] = last + ELLIPSIS
    return lines or [""]
