"""`vez chaos`: people keep working while things are killed, and a checker judges what every database says then."""
