"""The graph as one interactive HTML page: pyvis holds the model, vis-network draws it, the rest is ours.

`page` gives the whole page as text; `cut` chooses what it carries, `positions` lays it out, `to_pyvis` makes the
network object, `kg.view.payload` the data. The page's own code is `logic.js` (pure functions), `map.js` (drawing),
`panel.js` (elements) and `app.js` (state), with `style.css` and `template.html.j2`.
"""

from kg.view.cut import Cut, cut
from kg.view.layout import positions
from kg.view.network import to_pyvis
from kg.view.page import page

__all__ = ["Cut", "cut", "page", "positions", "to_pyvis"]
