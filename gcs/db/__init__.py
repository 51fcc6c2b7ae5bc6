"""SQLAlchemy 2.1 async base, session and Alembic migrations."""
