"""Acts on clicks: who may, once, and only on what can still be decided; then says so on the card."""
