"""What may be asked, as words of an address."""
