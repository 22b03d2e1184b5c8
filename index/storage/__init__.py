"""What is kept on disk: generations with their catalog, vectors and lexical index, and who may change them."""
