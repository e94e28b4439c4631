"""How the bundled translators are trained and measured. The rest of the program never imports this package."""
