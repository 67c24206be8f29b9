"""The learning rate by step, for a number of steps or until a set time.

With an hour to be ready by, how many steps are left is planned anew now and then, from what the steps so far have taken. A pause
makes the rest of the run shorter and its cool-down steeper. Plans are logged; the rate follows from them and the step's
number alone, so that `--repeat LOG` does the same run by steps.
"""


class Schedule:
    def __init__(self, plans, warmup, cooldown):
        """plans: (step, steps left from there), the earliest first."""
        self.plans, self.warmup, self.cooldown = [], warmup, cooldown
        for step, left in plans:
            self.plan(step, left)

    def plan(self, step, left):
        """From `step` on, the run has `left` steps to go."""
        self.plans.append((step, left, self.progress(step)))

    def progress(self, step):
        """0 at the beginning of the run, 1 at its end."""
        at, left, done = next((plan for plan in reversed(self.plans) if plan[0] <= step), (0, 1, 0.0))
        return 1.0 if left <= 0 else min(1.0, done + (1 - done) * (step - at) / left)

    def left(self, step):
        at, left, _ = self.plans[-1]
        return max(0, at + left - step)

    def over(self, step):
        return self.left(step) == 0

    def rate(self, step):
        """A rise in a straight line, a level, and a fall in a straight line to 0, which begins `cooldown` before the end."""
        rise = min(1.0, (step + 1) / self.warmup)
        return rise * min(1.0, (1 - self.progress(step)) / self.cooldown)
