"""The pages: kiosk, staff, board, status, play."""
