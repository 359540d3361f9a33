"""Backpropagation and updates written by hand, with a mistake: the oracle of the table's rows.

Nothing here knows the product's passes: plain numpy over whole layers, as in a course.
"""
