"""The catalogue of administrative procedures: read, kept in dated versions, searched.

`parse` turns one record of the national portal into typed items and never guesses: an item is `parsed`,
`ambiguous` (with the reason and the readings that are possible) or `absent`. `report` counts them without a
database. `loader` writes versions, `settle` lets an officer decide what the portal's text cannot tell,
`search` finds procedures by everyday words.
"""
