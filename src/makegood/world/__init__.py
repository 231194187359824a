"""An invented programme's records: the same counts as the published ones, other people.

Comes in: a folder with a world's specification (`world.yaml`, `margins.csv`, `differences.csv`) and a seed.
Goes out: a `World`: the tables of a data folder and a manifest that says what was planted.
Must never know: a price, a real person, the clock. The same seed gives the same bytes.
"""
