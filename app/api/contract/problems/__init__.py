"""How every refusal is answered: as a problem in the format of RFC 9457."""
