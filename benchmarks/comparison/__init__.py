"""The parts of `compare.py`: one file per question, and what they share."""
