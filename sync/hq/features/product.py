"""The catalogue, its prices, and the pictures and reviews of products."""

from sync.hq.features.pushed_feed import WHOLE_FEED, PushedFeed, PushedFile, Unsupported, always

CATALOG = PushedFeed(
    name="catalog",
    files=(
        PushedFile(
            word="catalogue",
            template="""\
gtin,style,name.ja,name.en,reading,category,colour.code,colour.name.ja,colour.name.en,colour.reading,colour.hex,size,size_order,price,picture,online_only,contains,pieces
4901234567894,41-2208,コットンTシャツ,Cotton T-shirt,こっとんてぃーしゃつ,tops,01,生成り,Ecru,きなり,#e9e3d6,M,3,2990,tee,false,,
14901234567891,41-2208,コットンTシャツ 24点,Tees,,tops,01,生成り,Ecru,きなり,#e9e3d6,M,3,71760,tee,false,04901234567894,24
""",
        ),
        PushedFile(  # prices are a field of the catalogue's rows
            word="prices",
            template="""\
gtin,price
4901234567894,1990
""",
            only=frozenset({"gtin", "price"}),
            never_whole="what is not in it would leave the catalogue",
        ),
    ),
)

CONTENT = PushedFeed(
    name="content",
    files=(
        PushedFile(
            word="content",
            template="""\
{
  "category/tops": {"what": "category", "id": "tops", "name": {"ja": "上着"}, "reading": "うわぎ", "order": 1, "picture": "tee"},
  "picture/tee": {"what": "picture", "svg": "<svg viewBox='0 0 9 9'><path d='M1 1h7v7H1z' fill='var(--fabric)'/></svg>"},
  "reviews/41-2208": {"what": "reviews", "stars": 4.5, "count": 1, "latest": [
    {"stars": 5, "text": {"ja": "着心地がいい"}, "by": "30代 女性", "on": "2026-11-01"}]}
}
""",
        ),
    ),
)

PRICES = PushedFeed(
    name="prices",
    unsupported=(
        Unsupported(
            field=WHOLE_FEED,
            concerns=always,
            message="prices in time: stores keep them and show the catalogue's price",
        ),
    ),
)
