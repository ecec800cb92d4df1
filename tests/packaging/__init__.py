"""What is built from the tree and looked at in it: packages, documents, lists of parts."""
