"""Values as Helm handles them."""

import copy


def laid_over(values, changes):
    """The values with changes laid over as Helm does: maps are merged, null removes, lists are replaced."""
    merged = copy.deepcopy(values)
    for key, change in changes.items():
        if isinstance(change, dict) and isinstance(merged.get(key), dict):
            merged[key] = laid_over(merged[key], change)
        elif change is None:
            merged.pop(key, None)
        else:
            merged[key] = copy.deepcopy(change)
    return merged
