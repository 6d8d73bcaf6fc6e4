"""The graph as one interactive HTML page: pyvis holds the model, vis-network draws it, the rest is ours.

`page` gives the whole page as text; `cut` chooses what it carries, `positions` lays it out, `to_pyvis` makes the
network object, `kg.view.payload` the data. The page's own code is pure functions (`logic.js`,
`ways.js`, `state.js`, `take.js`), drawing (`map.js`), elements (`panel.js`, `table.js`, `filters.js`, `find.js`,
`sharing.js`) and what joins them (`app.js`), with `style.css` and `template.html.j2`.
"""

from kg.view.cut import Cut, cut
from kg.view.layout import positions
from kg.view.network import to_pyvis
from kg.view.page import page

__all__ = ["Cut", "cut", "page", "positions", "to_pyvis"]
