"""Cryptography, kept out of the verbs: keys that sign, and slow hashes of passwords."""
