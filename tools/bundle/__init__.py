"""`make bundle`: everything that a closed environment needs to run `makegood compare`, in one archive.

Pinned wheels with their hashes from the lock file, Makegood's own wheel, an INSTALL text in English and Dutch, and
checksums. Nothing is resolved at installation and nothing is fetched.
"""
