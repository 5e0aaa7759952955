"""From a mask and depth to an oriented box that knows how wrong it may be."""
