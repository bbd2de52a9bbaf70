"""The first-contact script: data that is walked, screened, proved and compared. Pure."""
