"""One file per verb the product promises."""
