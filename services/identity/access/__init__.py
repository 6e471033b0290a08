"""Who acts, whom they may see, and the rows that commands and queries alike begin with."""
