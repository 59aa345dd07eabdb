"""Jobs (后台任务): work that follows a commit, done once, in the realm of the organisation it belongs to.

A job is a row in the schema `jobs` (procrastinate on the same PostgreSQL), inserted in the transaction that wants it;
its arguments are numbers of things, never their content.
"""

from app.jobs.tasks import Job, drain, job, run_worker, use

__all__ = ["Job", "drain", "job", "run_worker", "use"]
