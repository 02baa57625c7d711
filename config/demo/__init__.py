"""The demo's invented people and communities. Everything here is 見本; nothing else may know its names."""
