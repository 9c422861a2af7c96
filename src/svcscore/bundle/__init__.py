"""A folder that carries svcscore, its libraries and its weights to a machine without a network."""
