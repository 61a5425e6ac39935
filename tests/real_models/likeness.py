"""Whether greedy answers are alike, up to rounding.

An answer is [(token's text, its log-probability, {text: log-probability} of the likeliest), …].
"""


class Likeness:
    def __init__(self, what):
        self.what = what
        self.alike = 0
        self.gaps = []     # where answers part: how far apart the two tokens are, on either side
        self.changes = []  # of the log-probability of each token before

    def add(self, question, ours, theirs):
        for (text, logprob, top), (their_text, their_logprob, their_top) in zip(ours, theirs):
            if text == their_text:
                self.changes.append(abs(logprob - their_logprob))
                continue
            if their_text not in top or text not in their_top:
                raise AssertionError(f"{question}: {text!r} here, {their_text!r} there, and one is "
                                     f"not among the likeliest of the other: {top}, {their_top}")
            gap = max(logprob - top[their_text], their_logprob - their_top[text])
            print(f"  {question!r}: {text!r} here, {their_text!r} there, gap {gap:.3f}")
            self.gaps.append(gap)
            return
        if len(ours) != len(theirs):
            raise AssertionError(f"{question}: {ours} is not as long as {theirs}")
        self.alike += 1

    @property
    def gap(self):
        return max(self.gaps, default=0)

    @property
    def change(self):
        return sum(self.changes) / len(self.changes)

    def __str__(self):
        return (f"{self.what}: {self.alike} of {self.alike + len(self.gaps)} answers are alike; "
                f"largest gap where one parts: {self.gap:.3f}; log-probabilities differ by "
                f"{self.change:.4f} on average over {len(self.changes)} tokens, by "
                f"{max(self.changes):.3f} at most")
