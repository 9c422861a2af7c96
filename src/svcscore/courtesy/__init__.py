"""How courteous each staff turn is, from the words and, within bounds, from the voice."""
