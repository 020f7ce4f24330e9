"""Pages of people and initiatives.

views        registering, confirming, logging in and out; joins the others into one blueprint
passwords    forgotten and new passwords
people       one's own account, a person's page, one's own contributions
initiatives  list, application, page with its mandates, and the moderators' decision
contributions  what people and initiatives wrote, with what became of it, for these pages
session      beginning and ending a log-in
second_step  the second step of a log-in, and logging in by passkey alone
factors      setting up and removing second factors, recovery codes, proving once more who one is
oidc         logging in by an account elsewhere, and linking it
"""
