"""How the program stands before the public: whether it is well, what it counts, and who has asked too much."""
