"""What a name means: a rule, a law, or a setting with all its names in both worlds."""
