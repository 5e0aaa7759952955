"""How wrong the labels are: exact scenes seen through worse and worse eyes, and judged against their meshes."""
