"""Is this phrase in these words, where, and how sure is that?"""
