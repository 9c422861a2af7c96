"""Alembic's entry: runs the revisions on the connection that `store.schema` hands over."""

from alembic import context

from svcscore.store.desk.tables import ALL

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=ALL,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
