"""Questions whose right answers are known, and prompts that only have to be answered alike."""

# (what is asked, what the answer must contain)
CHECKED = [
    ("What is 12 plus 30? Answer with the number only.", "42"),
    ("What is 7 times 8? Answer with the number only.", "56"),
    ("What is the capital of France? Answer with one word.", "Paris"),
    ("What is the chemical symbol of gold? Answer with the symbol only.", "Au"),
    ("How many legs does a spider have? Answer with the number only.", "8"),
    ("What does this Python code print? print(sum([1, 2, 3])) Answer with the number only.", "6"),
    ("What does this Python code print? print('abc'.upper()) Answer with the output only.", "ABC"),
    ("Which keyword defines a function in Python? Answer with the keyword only.", "def"),
]

_CITIES = ["France", "Italy", "Japan", "Egypt", "Spain", "Norway", "Kenya", "Peru", "Canada",
           "India", "Greece", "Cuba", "Poland", "Chile", "Turkey", "Austria", "Ireland", "Iran",
           "China", "Russia"]
_WORDS = ["water", "house", "tree", "book", "sun", "dog", "bread", "night", "river", "door",
          "green", "seven", "friend", "music", "school", "window", "apple", "horse", "winter", "sea"]
_CODE = ["reverses a string", "adds two numbers", "counts the vowels of a word", "sorts a list",
         "finds the largest number of a list", "checks whether a number is prime",
         "reads a file line by line", "removes duplicates from a list", "computes a factorial",
         "merges two dictionaries"]
_OPEN = ["Why is the sky blue?", "Write a line about the sea.", "Name three colours.",
         "What is a compiler?", "Tell me a joke.", "How do plants drink?", "What is love?",
         "Count from one to five.", "Describe snow.", "What is a prime number?"]

ONE_HUNDRED = ([f"What is the capital of {country}?" for country in _CITIES]
               + [f"What is the French word for {word}?" for word in _WORDS]
               + [f"What is {3 * i + 1} plus {7 * i + 2}?" for i in range(20)]
               + [f"Write a Python function that {what}." for what in _CODE]
               + [f"Write one C++ statement that {what}." for what in _CODE]
               + _OPEN
               + [f"{question} Answer in one word." for question in _OPEN])
assert len(set(ONE_HUNDRED)) == 100
