"""Who does what when a key is pressed, one file a subject: going, playing, focus, stops, asking."""
