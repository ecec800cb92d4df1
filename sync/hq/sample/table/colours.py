"""The sample brand's colours, by the names its tags print."""

from edge.catalog import Colour
from edge.words import Words


def _colour(code: str, ja: str, en: str, value: str) -> Colour:
    return Colour(code=code, name=Words(ja=ja, en=en), hex=value)


COLOURS = {
    one.code: one
    for one in (
        _colour("01", "白", "White", "#f3f1ec"),
        _colour("02", "生成り", "Ecru", "#e8e0cf"),
        _colour("03", "灰白", "Ash white", "#d2cec5"),
        _colour("04", "鼠", "Grey", "#98979a"),
        _colour("05", "墨", "Sumi", "#47464a"),
        _colour("11", "薄藍", "Pale indigo", "#9db2c1"),
        _colour("12", "縹", "Hanada blue", "#47719a"),
        _colour("13", "藍", "Indigo", "#2d4763"),
        _colour("21", "蓬", "Mugwort", "#8a9a78"),
        _colour("22", "松葉", "Pine", "#4d5f4b"),
        _colour("23", "若竹", "Young bamboo", "#a9c0aa"),
        _colour("31", "芥子", "Mustard", "#c9a04c"),
        _colour("32", "柿", "Persimmon", "#bf7048"),
        _colour("33", "小豆", "Azuki", "#83504d"),
        _colour("34", "桜鼠", "Dusky pink", "#d6bdb6"),
        _colour("35", "藤", "Wisteria", "#a9a1ba"),
        _colour("41", "胡桃", "Walnut", "#a98e70"),
        _colour("42", "焦茶", "Dark brown", "#5f4a3d"),
        _colour("51", "白磁", "White porcelain", "#eceae5"),
        _colour("52", "青磁", "Celadon", "#b4c8bc"),
        _colour("53", "飴釉", "Amber glaze", "#96633a"),
        _colour("54", "黒釉", "Black glaze", "#403d3c"),
        _colour("55", "粉引", "Kohiki slip", "#e2dacb"),
        _colour("61", "栗", "Chestnut wood", "#b48c62"),
        _colour("62", "蜜蝋", "Beeswax", "#e2c88e"),
    )
}
