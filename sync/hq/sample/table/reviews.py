"""What buyers wrote, in both languages: five or more for each category, shared among its styles."""

from edge.words import Words

BUYERS = ("20代 女性", "30代 女性", "30代 男性", "40代 女性", "40代 男性", "50代 女性", "50代 男性", "60代 女性")


def _said(stars: int, ja: str, en: str) -> tuple[int, Words]:
    return stars, Words(ja=ja, en=en)


REVIEWS = {
    "shirts": (
        _said(5, "洗うたびにやわらかくなり、もう三枚目です。", "Softer with every wash. This is my third."),
        _said(4, "肩が落ちすぎず、きれいに着られます。", "The shoulders sit well; it looks neat."),
        _said(5, "アイロンなしで着られるのが助かります。", "No ironing needed, which is a blessing."),
        _said(4, "ふだんのサイズでちょうどよかったです。", "True to size."),
        _said(3, "色は好みですが、袖が少し長めでした。", "Lovely colour, though the sleeves ran a little long."),
    ),
    "knit": (
        _said(5, "ちくちくせず、素肌に着ても平気です。", "No itch at all, even on bare skin."),
        _said(4, "軽いのに暖かく、冬の旅に重宝しました。", "Light yet warm; perfect for a winter trip."),
        _said(5, "編み目がそろっていて、毛玉も出にくいです。", "Even stitches, and it hardly pills."),
        _said(4, "丈が短めで、スカートに合わせやすいです。", "Slightly short, so it goes well with skirts."),
        _said(3, "思ったより厚手でした。真冬によさそうです。", "Thicker than I expected. Good for midwinter."),
    ),
    "bottoms": (
        _said(5, "座り仕事でも楽で、色ちがいも買いました。", "Comfortable all day at a desk. I bought both colours."),
        _said(4, "裾上げなしではけました。", "I could wear them without hemming."),
        _said(5, "しわが気にならない生地です。", "The cloth hides creases well."),
        _said(4, "ポケットが深くて使いやすいです。", "Deep pockets, very handy."),
        _said(3, "腰まわりが少しゆったりめでした。", "A little roomy at the waist."),
    ),
    "dress": (
        _said(5, "一枚で形になるので、朝が楽になりました。", "It makes an outfit by itself. Mornings are easier."),
        _said(4, "重ね着しやすいゆとりがあります。", "Room enough to layer."),
        _said(5, "縫い目がていねいで、長く着られそうです。", "Careful stitching. It will last for years."),
        _said(4, "写真より落ち着いた色で気に入りました。", "The colour is calmer than in the picture. I like it."),
        _said(3, "背の低い私には少し長めでした。", "A bit long for my height."),
    ),
    "goods": (
        _said(5, "毎日使っていますが、くたびれません。", "I use it every day and it shows no wear."),
        _said(5, "贈り物にして、とても喜ばれました。", "Given as a present, and very well received."),
        _said(4, "軽くて、かばんに入れておくと安心です。", "Light; I keep it in my bag."),
        _said(4, "色がきれいで、差し色になります。", "A beautiful accent of colour."),
        _said(3, "もう少し大きいと、なおよかったです。", "A touch larger would have been even better."),
    ),
    "linen": (
        _said(5, "よく吸って、すぐに乾きます。", "Absorbs well and dries fast."),
        _said(5, "一年使っても、ごわつきません。", "Still soft after a year."),
        _said(4, "部屋の色となじみます。", "It blends with the room."),
        _said(4, "洗うとふっくらしました。", "It fluffed up after washing."),
        _said(3, "最初の洗濯で少し毛羽が出ました。", "Some lint in the first wash."),
    ),
    "table": (
        _said(5, "手におさまりがよく、毎朝使っています。", "Fits the hand. I use it every morning."),
        _said(4, "ひとつずつ表情がちがうのが楽しいです。", "Each piece is a little different, which I enjoy."),
        _said(5, "電子レンジで使えて便利です。", "Handy, as it can go in the microwave."),
        _said(4, "口あたりがなめらかです。", "Smooth to the lips."),
        _said(4, "重ねてしまえるので場所をとりません。", "They stack, so they take little room."),
    ),
    "living": (
        _said(5, "帰るとほのかに香って、ほっとします。", "A faint scent as I come home. It calms me."),
        _said(4, "飾らない形で、どこに置いても合います。", "A plain shape that suits any place."),
        _said(5, "友人の引っ越し祝いにしました。", "I gave it to a friend who had moved house."),
        _said(4, "思ったより長くもちました。", "It lasted longer than I thought."),
        _said(4, "紙の箱も簡素でよいです。", "I like the simple paper box, too."),
    ),
}
