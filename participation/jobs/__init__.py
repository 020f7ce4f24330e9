"""Work that no request waits for: what there is to do, who does it, how it went, and whether it got stuck.

The database is the truth: what waits stands in the tables of its rooms, how it went in `job_runs`, when it is due again
in `chores`. huey only rings a bell, so that work begins at once; without it a look around every minute finds the same.

Vocabulary: job (a kind of work, with its bound), chore (when a job is due next, and how often it failed in a row), run
(one time it was done), crew (the threads that work in one process), bell (huey: says that there is something to do),
lost (a run whose process went away).

job       what a job is, and how long to wait after failures
locks     one process at a time, freed by the system when it dies
runs      beginning, heartbeats, ending; lost runs
working   doing a job once, an edge of its own like the postman
apart     doing it in a process of its own, whose memory goes with it
crew      threads, and the look around
bell      huey: in a file for the processes of one machine, in Redis for many
queries   how every job stands
Asks: base. Knows neither the web nor what the jobs do.
"""
