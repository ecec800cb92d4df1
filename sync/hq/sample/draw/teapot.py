"""A side-handled teapot."""

from sync.hq.sample.draw.line import lens
from sync.hq.sample.draw.sheet import Sheet
from sync.hq.sample.draw.turned import body, foot, glazed, ring, shine, stand

X = 450
TILT = 0.2  # how far we look down on things that stand


def teapot(sheet: Sheet) -> None:
    """A side-handled teapot: round body, lid with a knob, spout to the left, hollow handle to the right."""
    profile = [(84.0, 238.0), (150, 262), (196, 330), (200, 400), (168, 480), (116, 524), (100, 530)]
    stand(sheet, X, 540, 180)
    spout = (
        f"M{X - 176} 372C{X - 232} 350 {X - 256} 300 {X - 296} 244L{X - 262} 226"
        f"C{X - 238} 262 {X - 210} 296 {X - 168} 306Z"
    )
    glazed(sheet, "spout", spout)
    sheet.put(
        f'<path d="M{X - 296} 244C{X - 290} 232 {X - 274} 222 {X - 262} 226'
        f'C{X - 266} 238 {X - 284} 250 {X - 296} 244Z" fill="#1a1410" fill-opacity=".6"/>'
    )
    handle = f"M{X + 172} 322L{X + 318} 226C{X + 336} 220 {X + 350} 240 {X + 342} 258L{X + 196} 372Z"
    glazed(sheet, "handle", handle)
    sheet.put(
        f'<path d="{lens((X + 190, 326), (X + 326, 238), 5)}" fill="#fff" fill-opacity=".5" filter="{sheet.blur(3)}"/>'
    )
    sheet.put(
        f'<ellipse cx="{X + 331}" cy="242" rx="10" ry="19" transform="rotate(-35 {X + 331} 242)" fill="#1a1410"'
        ' fill-opacity=".62" stroke="#fff" stroke-opacity=".25"/>'
    )
    foot(sheet, "foot", X, 528, 98, 12, TILT)
    glazed(sheet, "body", body(profile, X, TILT))
    for y, radius in ((330, 196), (452, 184)):
        ring(sheet, X, y, radius, TILT, 0.14)
    shine(sheet, "body", X - 108, 270, 480, 30)
    _lid(sheet)


def _lid(sheet: Sheet) -> None:
    sheet.put(f'<ellipse cx="{X}" cy="246" rx="98" ry="22" fill="#1a1410" fill-opacity=".5" filter="{sheet.blur(5)}"/>')
    glazed(sheet, "lid", body([(12.0, 202.0), (60, 212), (88, 232), (92, 242)], X, 0.22))
    ring(sheet, X, 226, 76, 0.22, 0.2)
    glazed(sheet, "knob", body([(4.0, 166.0), (22, 172), (26, 186), (16, 202), (14, 210)], X, 0.22), speckled=False)
    sheet.put(f'<ellipse cx="{X - 8}" cy="180" rx="7" ry="5" fill="#fff" fill-opacity=".6" filter="{sheet.blur(3)}"/>')
