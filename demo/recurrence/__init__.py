"""What came before attention: recurrent translators, their service and views."""
