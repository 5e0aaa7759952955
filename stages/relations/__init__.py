"""Spatial relations: from objects in view space to facts. One row per kind that compares two objects."""

PAIR_RELATIONS: dict[str, str] = {
    "left_of": "stages.relations.position:left_of",
    "above": "stages.relations.position:above",
    "in_front_of": "stages.relations.position:in_front_of",
    "bigger": "stages.relations.size:bigger",
    "taller": "stages.relations.size:taller",
    "wider": "stages.relations.size:wider",
    "distance_center": "stages.relations.distance:distance_center",
    "distance_closest": "stages.relations.distance:distance_closest",
}
