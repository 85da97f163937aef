"""The parts: one component, one module. Siblings do not import each other; a stack hands one's object to the other."""
