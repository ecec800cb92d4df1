"""Printers: documents drawn as pictures, sent as ESC/POS raster, in a process of their own."""
