"""The screens: stepping, the picker of samples, help."""
