"""What the pages are made of besides markup: styles, scripts and pictures, built under names that carry a hash."""
