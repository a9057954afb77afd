"""Group Policy: backups, SYSVOL trees and the settings files in them."""
