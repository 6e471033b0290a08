"""`vez catalog rehearse`: tickets that were walked are walked again through a draft catalog, in memory alone."""
