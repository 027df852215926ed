"""Scheduled jobs: the clock, the job queue, and the workers that run due jobs."""
