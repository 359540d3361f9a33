"""What is seen: the app, its screens and widgets, keys and colours. The only room with Textual."""
