"""EM at work on the people of the tutorial, step by step, from a start that is far from where it ends.

python examples/em_animation.py [PICTURE]
"""

import sys

from mixtura import GaussianMixture, datasets
from mixtura.plots import EMDisplay

people = datasets.load("people")
mixture = GaussianMixture(4, random_state=0).fit(people.data)
display = EMDisplay.from_estimator(mixture, people.data, start="random_from_data", random_state=3)

path = sys.argv[1] if len(sys.argv) > 1 else "em.gif"
display.animate(interval=500).save(path, writer="pillow", dpi=70)
first, *_, last = display.climb.log_likelihoods
print(f"{len(display.climb.steps)} steps, log-likelihood {first:,.1f} to {last:,.1f} nats")
