"""The parts of `answers.py`: the cases, who fits them, who judges, and how the best known values were found."""
