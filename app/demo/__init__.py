"""The fictional city of Jiangzhou (江州市): its offices, merchants, consumers and cases, all from one seed.

Nothing here is real. Region codes begin with 9901, which GB/T 2260 does not hand out; the phone numbers stand in
blocks that read as made up. Everything but the builder is pure: the same seed and the same moment give the same city.
"""
