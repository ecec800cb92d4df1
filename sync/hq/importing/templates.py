"""Templates: one for each word that can be pushed, with every column, and a sample row."""

TEMPLATES = {
    "catalogue": """\
gtin,style,name.ja,name.en,category,colour.code,colour.name.ja,colour.name.en,colour.hex,size,size_order,price,picture,online_only,contains,pieces
4901234567894,41-2208,コットンTシャツ,Cotton T-shirt,tops,01,生成り,Ecru,#e9e3d6,M,3,2990,tee,false,,
14901234567891,41-2208,コットンTシャツ 24点,Cotton T-shirt case,tops,01,生成り,Ecru,#e9e3d6,M,3,71760,tee,false,04901234567894,24
""",
    "config": """\
# The policy of stores. Leave out what shall stay as it is. For [policy] and [box] in one file, put each under its name.
retention_days = 90

[check_in]
miles = 10

[pickup]
promise_hours = 2

# what proves a person, for how long, and how often it may be tried within ten minutes (docs/security.md)
[proofs]
token_life_s = 600
token_ahead_s = 300
wallet_tries = 10
station_tries = 30
pickup_tries = 20
names_in_row = 5
lead_for = []

[kiosk]
quiet_s = 40
""",
    "content": """\
{
  "category/tops": {"what": "category", "id": "tops", "name": {"ja": "トップス", "en": "Tops"}, "order": 1, "picture": "tee"},
  "picture/tee": {"what": "picture", "svg": "<svg viewBox='0 0 9 9'><path d='M1 1h7v7H1z' fill='var(--fabric)'/></svg>"},
  "reviews/41-2208": {"what": "reviews", "stars": 4.5, "count": 1, "latest": [
    {"stars": 5, "text": {"ja": "着心地がいい"}, "by": "30代 女性", "on": "2026-11-01"}]}
}
""",
    "entitlements": """\
entitlement,title.ja,title.en,begins,ends,member
second-cup-7,2杯目 半額,Second cup at half price,2026-11-22T10:00:00+09:00,2026-11-22T21:00:00+09:00,m-1042
""",
    # nobody has its private half: a template that is pushed as it is gives nobody access
    "keys": """\
key,public,revoked
hq-2027,6ZxUiHFuU98F6Qsh7eJTHDT_oXUIaqLPRoosmsBka3I,false
""",
    "members": """\
member,nickname,stage,codes,segment,coupons,wallet_secret
m-1042,サトウ,silver,"[""hanada:2900000010425""]",store_only,1,JBSWY3DPEHPK3PXP
""",
    "offers": """\
offer,title.ja,title.en,on,begins,ends,audience,among,flag,raised,quota,single_use
rain-1,雨の日 100円引き,Rain,check_in,2026-11-22T10:00:00+09:00,2026-11-22T21:00:00+09:00,stage,"[""gold""]",weather,true,50,true
""",
    "orders": """\
order,number,state,kind,member,name,lines,paid,placed_at,promise_at,hold_until,shelf,secret_sha256
o-20261122-7,4821,placed,pickup,m-1042,サトウ,"[{""line"":1,""gtin"":""04901234567894"",""quantity"":2}]",true,2026-11-22T01:00:00.000Z,2026-11-22T03:00:00.000Z,2026-11-29T12:00:00.000Z,,
""",
    "prices": """\
gtin,price
4901234567894,1990
""",
    "staff": """\
staff,name,mark,role,pin,badges
mori,森 花子,森,clerk,4821,"[""staff:0042""]"
""",
    "stock": """\
gtin,on_hand,reserved,floor,shelf
4901234567894,12,0,2,B-14
""",
}
"""By word. What a store counts itself (`through_seq`, an order's steps) has no column: HQ fills it in."""
