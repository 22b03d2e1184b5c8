"""Every word that the program says, in each language of the interface."""
