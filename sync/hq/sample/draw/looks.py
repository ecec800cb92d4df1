"""Which silhouette, cloth and details each style has."""

VIEW = "0 0 900 780"


def draw(style: str) -> str:
    """The picture of a style."""
    name = f"s{style.replace('-', '')}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{VIEW}">'
        f'<linearGradient id="{name}-light" x2="1" y2="1"><stop stop-color="#fff" stop-opacity=".3"/>'
        f'<stop offset="1" stop-opacity=".12"/></linearGradient>'
        '<g stroke="#000" stroke-opacity=".16"><path d="M180 180H720V660H180Z" fill="var(--fabric)"/>'
        f'<path d="M180 180H720V660H180Z" fill="url(#{name}-light)"/></g></svg>'
    )
