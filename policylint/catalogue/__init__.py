"""What is known about settings: ADMX definitions, the settings catalog, and how to raise one to its name."""
