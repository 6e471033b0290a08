"""`vez bench load`: as many tickets and people as a large house has, by COPY, in every service at once.

Each ticket is walked through its published flow by workflow's own rules, and the ticket service's own rules make its
record of that: so the rows agree, the chains verify, and what is loaded goes on as any ticket does.
"""
