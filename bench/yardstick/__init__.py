"""What the product is measured against, in the same server: plain Django, as plain as it can be."""
