"""The graph of origin, for every other file: walks both ways over goods, and the way of a lot told in stages."""

from xaso.services.trace.walks import DEPTH, Edge, Walk, downstream, one_name, upstream
from xaso.services.trace.ways import Line, Stage, way_of

__all__ = ["DEPTH", "Edge", "Line", "Stage", "Walk", "downstream", "one_name", "upstream", "way_of"]
