"""A candle burning in a glass, a bottle of scent with reeds."""

from sync.hq.sample.draw.sheet import FABRIC, Sheet
from sync.hq.sample.draw.turned import body, glazed, shine, stand

X = 450


def candle(sheet: Sheet) -> None:
    """A beeswax candle burning in a glass: flame, glow in the wax, light on the glass."""
    radius, top, low = 128, 262, 560
    stand(sheet, X, low + 6, radius)
    glow = sheet.define(
        "glow",
        '<radialGradient ID><stop stop-color="#fff3c4" stop-opacity=".95"/>'
        '<stop offset=".3" stop-color="#ffdf8e" stop-opacity=".5"/>'
        '<stop offset="1" stop-color="#ffd070" stop-opacity="0"/></radialGradient>',
    )
    wax = body([(radius - 9.0, 346.0), (radius - 9, low - 12)], X, 0.18)
    glazed(sheet, "wax", wax, speckled=False)
    sheet.put(f'<ellipse cx="{X}" cy="372" rx="112" ry="110" fill="{glow}" clip-path="{sheet.clip("wax")}"/>')
    pool = f'<ellipse cx="{X}" cy="346" rx="{radius - 9}" ry="{(radius - 9) * 0.18:.1f}"'
    sheet.put(
        f'{pool} fill="{FABRIC}"/>{pool} fill="#fff2cf" fill-opacity=".6"/>'
        f'<ellipse cx="{X}" cy="347" rx="74" ry="12" fill="#fff6da" fill-opacity=".8"/>'
    )
    sheet.put(f'<ellipse cx="{X}" cy="268" rx="150" ry="150" fill="{glow}" opacity=".75"/>')
    sheet.put(
        f'<path d="M{X} 348C{X - 2} 338 {X + 2} 330 {X + 1} 318" stroke="#2b1d12" stroke-width="4.6" fill="none"'
        ' stroke-linecap="round"/>'
    )
    _flame(sheet)
    glass = body([(radius, top), (radius, low - 30), (radius - 8, low)], X, 0.18)
    sheet.path("glass", glass)
    sheet.use("glass", 'fill="#fff" fill-opacity=".1" stroke="#6f6a60" stroke-opacity=".5" stroke-width="2"')
    sheet.use("glass", f'fill="{sheet.ramp("glass-light", "0:-.3 .05:.5 .1:.05 .5:0 .9:.04 .95:.4 1:-.3")}"')
    sheet.put(
        f'<ellipse cx="{X}" cy="{top}" rx="{radius}" ry="{radius * 0.18:.1f}" fill="#fff" fill-opacity=".08"'
        ' stroke="#6f6a60" stroke-opacity=".55" stroke-width="2"/>'
    )
    sheet.put(
        f'<path d="M{X - radius} {top}A{radius} {radius * 0.18:.1f} 0 0 0 {X + radius} {top}" fill="none"'
        ' stroke="#fff" stroke-opacity=".8" stroke-width="3"/>'
    )
    shine(sheet, "glass", X - 84, 290, 540, 12)
    _label(sheet, 440, 60)


def _flame(sheet: Sheet) -> None:
    outer = (
        f"M{X + 1} 326C{X - 26} 318 {X - 24} 284 {X - 8} 258C{X - 2} 246 {X + 1} 232 {X + 2} 218"
        f"C{X + 16} 244 {X + 30} 270 {X + 26} 298C{X + 23} 316 {X + 14} 326 {X + 1} 326Z"
    )
    inner = (
        f"M{X + 1} 322C{X - 14} 314 {X - 12} 292 {X - 2} 276C{X + 1} 270 {X + 2} 264 {X + 3} 256"
        f"C{X + 12} 274 {X + 17} 288 {X + 14} 304C{X + 12} 316 {X + 8} 322 {X + 1} 322Z"
    )
    sheet.put(
        f'<path d="{outer}" fill="#ffb347" fill-opacity=".85" filter="{sheet.blur(3)}"/>'
        f'<path d="{outer}" fill="#ffcf6b" fill-opacity=".9"/><path d="{inner}" fill="#fffbe6"/>'
    )
    sheet.put(f'<ellipse cx="{X + 1}" cy="318" rx="9" ry="7" fill="#6f93c9" fill-opacity=".5"/>')


def _label(sheet: Sheet, y: int, half: int) -> None:
    """The paper label with the brand's mark."""
    sheet.put(
        f'<path d="M{X - half} {y}q{half} 10 {2 * half} 0v70q-{half} 10-{2 * half} 0z" fill="#fbf8f1"'
        ' stroke="#1a1410" stroke-opacity=".25"/>'
    )
    sheet.put(
        f'<path d="M{X - half * 0.34:.0f} {y + 33}q{half * 0.34:.0f} 3 {half * 0.68:.0f} 0" stroke="#1f4e79"'
        ' stroke-width="8" fill="none"/>'
    )
    sheet.put(
        f'<path d="M{X - half * 0.6:.0f} {y + 54}q{half * 0.6:.0f} 5 {half * 1.2:.0f} 0" stroke="#1a1410"'
        ' stroke-opacity=".4" stroke-width="2" stroke-dasharray="9 4" fill="none"/>'
    )


def diffuser(sheet: Sheet) -> None:
    """A bottle of scent with seven reeds."""
    profile = [(34.0, 336.0), (34, 376), (40, 392), (96, 420), (112, 452), (112, 600), (104, 622), (96, 630)]
    stand(sheet, X, 638, 112)
    for lean, length in ((-96, 262), (-58, 290), (-24, 300), (8, 286), (42, 304), (74, 270), (104, 246)):
        tip = (X + lean * 1.25, 338 - length)
        reed = f"M{X + lean * 0.16:.0f} 346L{tip[0]:.0f} {tip[1]}"
        sheet.put(
            f'<path d="{reed}" stroke="#1a1410" stroke-opacity=".4" stroke-width="8" stroke-linecap="round"/>'
            f'<path d="{reed}" stroke="#d9bd92" stroke-width="6.4" stroke-linecap="round"/>'
            f'<path d="{reed}" stroke="#fff" stroke-opacity=".4" stroke-width="2" transform="translate(-1.4)"/>'
        )
    glazed(sheet, "bottle", body(profile, X, 0.18), speckled=False)
    liquid = f"M{X - 110} 500A110 18 0 0 0 {X + 110} 500V660H{X - 110}Z"
    sheet.put(
        f'<path d="{liquid}" clip-path="{sheet.clip("bottle")}" fill="#1a1410" fill-opacity=".3"/>'
        f'<ellipse cx="{X}" cy="500" rx="108" ry="18" fill="#fff" fill-opacity=".14"/>'
    )
    sheet.put(
        f'<path d="M{X - 112} 470V606" stroke="#fff" stroke-opacity=".35" stroke-width="5" transform="translate(9'
        f' 0)" filter="{sheet.blur(3)}"/>'
    )
    shine(sheet, "bottle", X - 70, 420, 612, 13)
    collar = body([(37.0, 330.0), (37, 366)], X, 0.2)
    glazed(sheet, "collar", collar, speckled=False, colour="#c9a97c")
    sheet.put(
        f'<ellipse cx="{X}" cy="330" rx="37" ry="7.4" fill="#d8bb90" stroke="#1a1410" stroke-opacity=".35"/>'
        f'<ellipse cx="{X}" cy="331" rx="27" ry="5" fill="#1a1410" fill-opacity=".7"/>'
    )
    for lean in (-96, -58, -24, 8, 42, 74, 104):
        sheet.put(
            f'<path d="M{X + lean * 0.16:.0f} 334L{X + lean * 0.3:.0f} 300" stroke="#d9bd92" stroke-width="6.4"/>'
        )
    _label(sheet, 506, 62)
