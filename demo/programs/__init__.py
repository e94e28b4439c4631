"""What other programs are answered."""
