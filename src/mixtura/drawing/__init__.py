"""What pictures are made of, whoever draws them: rows and columns, ellipses, densities, projections."""
