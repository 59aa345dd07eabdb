"""Portal (门户): the doors of the house: the list of organisations, health, the choice of language."""
