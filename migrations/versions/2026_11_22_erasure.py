"""Redactions and corrections.

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Published rows change to nothing but the mark of a redaction; what is decided is frozen.
BEFORE = {
    "sqlite": (
        "DROP TRIGGER revisions_no_update",
        "DROP TRIGGER revisions_no_delete",
        "DROP TRIGGER passages_no_update",
        "DROP TRIGGER passages_no_delete",
        "DROP TRIGGER sentences_no_update",
        "DROP TRIGGER sentences_no_delete",
        "DROP TRIGGER wordings_no_update",
        "DROP TRIGGER wordings_no_delete",
        "DROP TRIGGER placements_no_update",
        "DROP TRIGGER placements_no_delete",
        "DROP TRIGGER sentence_ancestors_no_update",
        "DROP TRIGGER sentence_ancestors_no_delete",
    ),
    "postgresql": (
        "DROP TRIGGER revisions_immutable ON revisions",
        "DROP TRIGGER passages_immutable ON passages",
        "DROP TRIGGER sentences_immutable ON sentences",
        "DROP TRIGGER wordings_immutable ON wordings",
        "DROP TRIGGER placements_immutable ON placements",
        "DROP TRIGGER sentence_ancestors_immutable ON sentence_ancestors",
    ),
}
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER revisions_no_update BEFORE UPDATE ON revisions WHEN NOT (NEW.number IS OLD.number AND NEW.author_id IS OLD.author_id AND NEW.approver_id IS OLD.approver_id AND NEW.published_at IS OLD.published_at AND ((NEW.title IS OLD.title) OR EXISTS (SELECT 1 FROM log_redacted r, log_entries e WHERE e.number = r.entry_number AND e.revision_number = OLD.number AND r.field = 'title' AND r.position = 0 AND NEW.title = ('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']'))) AND ((NEW.summary IS OLD.summary AND NEW.summary_html IS OLD.summary_html) OR EXISTS (SELECT 1 FROM log_redacted r, log_entries e WHERE e.number = r.entry_number AND e.revision_number = OLD.number AND r.field = 'summary' AND r.position = 0 AND NEW.summary = ('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']') AND NEW.summary_html = ('<span class=\"ld-erased\">Hier stand Text, der getilgt ist. Grund: ' || r.ground || '. <a href=\"/revisionslog/' || r.redaction_number || '\">Eintrag ' || r.redaction_number || ' im Revisionslog</a></span>')))) BEGIN SELECT RAISE(ABORT, 'published rows never change: revisions'); END",
        "CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions BEGIN SELECT RAISE(ABORT, 'published rows never change: revisions'); END",
        "CREATE TRIGGER passages_no_update BEFORE UPDATE ON passages WHEN NOT (NEW.revision_number IS OLD.revision_number AND NEW.node_id IS OLD.node_id AND NEW.position IS OLD.position AND NEW.depth IS OLD.depth AND NEW.kind_id IS OLD.kind_id AND NEW.parent_id IS OLD.parent_id AND NEW.cluster_id IS OLD.cluster_id AND NEW.horizon IS OLD.horizon AND NEW.text_state IS OLD.text_state AND NEW.change_id IS OLD.change_id AND ((NEW.body IS OLD.body AND NEW.html IS OLD.html AND NEW.title IS OLD.title) OR EXISTS (SELECT 1 FROM log_redacted r, log_entries e WHERE e.number = r.entry_number AND e.revision_number = OLD.revision_number AND r.field = 'passages' AND r.position = OLD.position AND NEW.body = ('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']') AND NEW.html = ('<span class=\"ld-erased\">Hier stand Text, der getilgt ist. Grund: ' || r.ground || '. <a href=\"/revisionslog/' || r.redaction_number || '\">Eintrag ' || r.redaction_number || ' im Revisionslog</a></span>') AND (NEW.title IS OLD.title OR NEW.title = ('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']'))))) BEGIN SELECT RAISE(ABORT, 'published rows never change: passages'); END",
        "CREATE TRIGGER passages_no_delete BEFORE DELETE ON passages BEGIN SELECT RAISE(ABORT, 'published rows never change: passages'); END",
        "CREATE TRIGGER log_openings_no_update BEFORE UPDATE ON log_openings BEGIN SELECT RAISE(ABORT, 'published rows never change: log_openings'); END",
        "CREATE TRIGGER log_openings_no_delete BEFORE DELETE ON log_openings WHEN NOT (EXISTS (SELECT 1 FROM log_redacted r WHERE r.entry_number = OLD.entry_number AND r.field = OLD.field AND r.position = OLD.position)) BEGIN SELECT RAISE(ABORT, 'published rows never change: log_openings'); END",
        "CREATE TRIGGER log_redacted_no_update BEFORE UPDATE ON log_redacted BEGIN SELECT RAISE(ABORT, 'published rows never change: log_redacted'); END",
        "CREATE TRIGGER log_redacted_no_delete BEFORE DELETE ON log_redacted BEGIN SELECT RAISE(ABORT, 'published rows never change: log_redacted'); END",
        "CREATE TRIGGER log_redacted_no_insert BEFORE INSERT ON log_redacted WHEN NOT (EXISTS (SELECT 1 FROM log_entries e WHERE e.number = NEW.redaction_number AND e.type = 'redaction' AND e.payload LIKE '%\"subject\":' || NEW.entry_number || ',%' AND (e.payload LIKE '%\"' || NEW.field || '\"%' OR e.payload LIKE '%\"' || NEW.field || '/' || NEW.position || '\"%'))) BEGIN SELECT RAISE(ABORT, 'published rows never change: log_redacted'); END",
        "CREATE TRIGGER redactions_no_update BEFORE UPDATE ON redactions BEGIN SELECT RAISE(ABORT, 'published rows never change: redactions'); END",
        "CREATE TRIGGER redactions_no_delete BEFORE DELETE ON redactions BEGIN SELECT RAISE(ABORT, 'published rows never change: redactions'); END",
        "CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures WHEN OLD.done_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'published rows never change: erasures'); END",
        "CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures WHEN OLD.done_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'published rows never change: erasures'); END",
        "CREATE TRIGGER corrections_no_update BEFORE UPDATE ON corrections WHEN OLD.entry_number IS NOT NULL BEGIN SELECT RAISE(ABORT, 'published rows never change: corrections'); END",
        "CREATE TRIGGER corrections_no_delete BEFORE DELETE ON corrections WHEN OLD.entry_number IS NOT NULL BEGIN SELECT RAISE(ABORT, 'published rows never change: corrections'); END",
        "CREATE TRIGGER sentences_no_update BEFORE UPDATE ON sentences WHEN NOT (NEW.id IS OLD.id AND NEW.first_revision IS OLD.first_revision AND NEW.node_id IS OLD.node_id AND NEW.change_id IS OLD.change_id AND EXISTS (SELECT 1 FROM log_redacted r, log_entries e, passages p, placements l WHERE e.number = r.entry_number AND r.field = 'passages' AND p.revision_number = e.revision_number AND p.position = r.position AND l.sentence_id = OLD.id AND p.node_id = l.node_id AND p.revision_number = l.revision_number AND NEW.text = ('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']') AND NEW.html = ('<span class=\"ld-erased\">Hier stand Text, der getilgt ist. Grund: ' || r.ground || '. <a href=\"/revisionslog/' || r.redaction_number || '\">Eintrag ' || r.redaction_number || ' im Revisionslog</a></span>') AND NEW.hash = ('') AND NOT EXISTS (SELECT 1 FROM placements t JOIN passages q ON q.node_id = t.node_id AND q.revision_number = t.revision_number WHERE t.sentence_id = OLD.id AND NOT EXISTS (SELECT 1 FROM log_redacted o, log_entries f WHERE f.number = o.entry_number AND o.field = 'passages' AND f.revision_number = q.revision_number AND o.position = q.position)))) BEGIN SELECT RAISE(ABORT, 'published rows never change: sentences'); END",
        "CREATE TRIGGER sentences_no_delete BEFORE DELETE ON sentences BEGIN SELECT RAISE(ABORT, 'published rows never change: sentences'); END",
        "CREATE TRIGGER wordings_no_update BEFORE UPDATE ON wordings WHEN NOT (NEW.node_id IS OLD.node_id AND NEW.revision_number IS OLD.revision_number AND NEW.sentences IS OLD.sentences AND NEW.touched IS OLD.touched AND NEW.changed IS OLD.changed AND NEW.added IS OLD.added AND NEW.removed IS OLD.removed AND EXISTS (SELECT 1 FROM log_redacted r, log_entries e, passages p WHERE e.number = r.entry_number AND r.field = 'passages' AND p.revision_number = e.revision_number AND p.position = r.position AND p.node_id = OLD.node_id AND p.revision_number = OLD.revision_number AND NEW.tail = ('') AND NEW.html = ('<span class=\"ld-erased\">Hier stand Text, der getilgt ist. Grund: ' || r.ground || '. <a href=\"/revisionslog/' || r.redaction_number || '\">Eintrag ' || r.redaction_number || ' im Revisionslog</a></span>') AND NEW.origin_html = ('<span class=\"ld-erased\">Hier stand Text, der getilgt ist. Grund: ' || r.ground || '. <a href=\"/revisionslog/' || r.redaction_number || '\">Eintrag ' || r.redaction_number || ' im Revisionslog</a></span>'))) BEGIN SELECT RAISE(ABORT, 'published rows never change: wordings'); END",
        "CREATE TRIGGER wordings_no_delete BEFORE DELETE ON wordings BEGIN SELECT RAISE(ABORT, 'published rows never change: wordings'); END",
        "CREATE TRIGGER placements_no_update BEFORE UPDATE ON placements WHEN NOT (NEW.node_id IS OLD.node_id AND NEW.revision_number IS OLD.revision_number AND NEW.position IS OLD.position AND NEW.sentence_id IS OLD.sentence_id AND EXISTS (SELECT 1 FROM log_redacted r, log_entries e, passages p WHERE e.number = r.entry_number AND r.field = 'passages' AND p.revision_number = e.revision_number AND p.position = r.position AND p.node_id = OLD.node_id AND p.revision_number = OLD.revision_number AND NEW.gap = (''))) BEGIN SELECT RAISE(ABORT, 'published rows never change: placements'); END",
        "CREATE TRIGGER placements_no_delete BEFORE DELETE ON placements BEGIN SELECT RAISE(ABORT, 'published rows never change: placements'); END",
        "CREATE TRIGGER sentence_ancestors_no_update BEFORE UPDATE ON sentence_ancestors WHEN NOT (NEW.sentence_id IS OLD.sentence_id AND NEW.ancestor_id IS OLD.ancestor_id AND EXISTS (SELECT 1 FROM sentences s WHERE s.id IN (OLD.sentence_id, OLD.ancestor_id) AND s.hash = '' AND NEW.diff_html = s.html)) BEGIN SELECT RAISE(ABORT, 'published rows never change: sentence_ancestors'); END",
        "CREATE TRIGGER sentence_ancestors_no_delete BEFORE DELETE ON sentence_ancestors BEGIN SELECT RAISE(ABORT, 'published rows never change: sentence_ancestors'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER revisions_immutable BEFORE DELETE OR TRUNCATE ON revisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE FUNCTION guard_revisions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.number IS NOT DISTINCT FROM OLD.number AND NEW.author_id IS NOT DISTINCT FROM OLD.author_id AND NEW.approver_id IS NOT DISTINCT FROM OLD.approver_id AND NEW.published_at IS NOT DISTINCT FROM OLD.published_at AND ((NEW.title IS NOT DISTINCT FROM OLD.title) OR EXISTS (SELECT 1 FROM log_redacted r, log_entries e WHERE e.number = r.entry_number AND e.revision_number = OLD.number AND r.field = 'title' AND r.position = 0 AND NEW.title = ('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']'))) AND ((NEW.summary IS NOT DISTINCT FROM OLD.summary AND NEW.summary_html IS NOT DISTINCT FROM OLD.summary_html) OR EXISTS (SELECT 1 FROM log_redacted r, log_entries e WHERE e.number = r.entry_number AND e.revision_number = OLD.number AND r.field = 'summary' AND r.position = 0 AND NEW.summary = ('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']') AND NEW.summary_html = ('<span class=\"ld-erased\">Hier stand Text, der getilgt ist. Grund: ' || r.ground || '. <a href=\"/revisionslog/' || r.redaction_number || '\">Eintrag ' || r.redaction_number || ' im Revisionslog</a></span>'))) THEN RETURN NEW; END IF; RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END $$",
        "CREATE TRIGGER revisions_erasable BEFORE UPDATE ON revisions FOR EACH ROW EXECUTE FUNCTION guard_revisions()",
        "CREATE TRIGGER passages_immutable BEFORE DELETE OR TRUNCATE ON passages FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE FUNCTION guard_passages() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.revision_number IS NOT DISTINCT FROM OLD.revision_number AND NEW.node_id IS NOT DISTINCT FROM OLD.node_id AND NEW.position IS NOT DISTINCT FROM OLD.position AND NEW.depth IS NOT DISTINCT FROM OLD.depth AND NEW.kind_id IS NOT DISTINCT FROM OLD.kind_id AND NEW.parent_id IS NOT DISTINCT FROM OLD.parent_id AND NEW.cluster_id IS NOT DISTINCT FROM OLD.cluster_id AND NEW.horizon IS NOT DISTINCT FROM OLD.horizon AND NEW.text_state IS NOT DISTINCT FROM OLD.text_state AND NEW.change_id IS NOT DISTINCT FROM OLD.change_id AND ((NEW.body IS NOT DISTINCT FROM OLD.body AND NEW.html IS NOT DISTINCT FROM OLD.html AND NEW.title IS NOT DISTINCT FROM OLD.title) OR EXISTS (SELECT 1 FROM log_redacted r, log_entries e WHERE e.number = r.entry_number AND e.revision_number = OLD.revision_number AND r.field = 'passages' AND r.position = OLD.position AND NEW.body = ('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']') AND NEW.html = ('<span class=\"ld-erased\">Hier stand Text, der getilgt ist. Grund: ' || r.ground || '. <a href=\"/revisionslog/' || r.redaction_number || '\">Eintrag ' || r.redaction_number || ' im Revisionslog</a></span>') AND (NEW.title IS NOT DISTINCT FROM OLD.title OR NEW.title = ('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']')))) THEN RETURN NEW; END IF; RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END $$",
        "CREATE TRIGGER passages_erasable BEFORE UPDATE ON passages FOR EACH ROW EXECUTE FUNCTION guard_passages()",
        "CREATE TRIGGER log_openings_immutable BEFORE UPDATE OR TRUNCATE ON log_openings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE FUNCTION guard_log_openings() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM log_redacted r WHERE r.entry_number = OLD.entry_number AND r.field = OLD.field AND r.position = OLD.position) THEN RETURN OLD; END IF; RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END $$",
        "CREATE TRIGGER log_openings_erasable BEFORE DELETE ON log_openings FOR EACH ROW EXECUTE FUNCTION guard_log_openings()",
        "CREATE TRIGGER log_redacted_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON log_redacted FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE FUNCTION guard_log_redacted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM log_entries e WHERE e.number = NEW.redaction_number AND e.type = 'redaction' AND e.payload LIKE '%\"subject\":' || NEW.entry_number || ',%' AND (e.payload LIKE '%\"' || NEW.field || '\"%' OR e.payload LIKE '%\"' || NEW.field || '/' || NEW.position || '\"%')) THEN RETURN NEW; END IF; RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END $$",
        "CREATE TRIGGER log_redacted_erasable BEFORE INSERT ON log_redacted FOR EACH ROW EXECUTE FUNCTION guard_log_redacted()",
        "CREATE TRIGGER redactions_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON redactions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER erasures_immutable BEFORE UPDATE OR DELETE ON erasures FOR EACH ROW WHEN (OLD.done_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER corrections_immutable BEFORE UPDATE OR DELETE ON corrections FOR EACH ROW WHEN (OLD.entry_number IS NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER sentences_immutable BEFORE DELETE OR TRUNCATE ON sentences FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE FUNCTION guard_sentences() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS NOT DISTINCT FROM OLD.id AND NEW.first_revision IS NOT DISTINCT FROM OLD.first_revision AND NEW.node_id IS NOT DISTINCT FROM OLD.node_id AND NEW.change_id IS NOT DISTINCT FROM OLD.change_id AND EXISTS (SELECT 1 FROM log_redacted r, log_entries e, passages p, placements l WHERE e.number = r.entry_number AND r.field = 'passages' AND p.revision_number = e.revision_number AND p.position = r.position AND l.sentence_id = OLD.id AND p.node_id = l.node_id AND p.revision_number = l.revision_number AND NEW.text = ('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']') AND NEW.html = ('<span class=\"ld-erased\">Hier stand Text, der getilgt ist. Grund: ' || r.ground || '. <a href=\"/revisionslog/' || r.redaction_number || '\">Eintrag ' || r.redaction_number || ' im Revisionslog</a></span>') AND NEW.hash = ('') AND NOT EXISTS (SELECT 1 FROM placements t JOIN passages q ON q.node_id = t.node_id AND q.revision_number = t.revision_number WHERE t.sentence_id = OLD.id AND NOT EXISTS (SELECT 1 FROM log_redacted o, log_entries f WHERE f.number = o.entry_number AND o.field = 'passages' AND f.revision_number = q.revision_number AND o.position = q.position))) THEN RETURN NEW; END IF; RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END $$",
        "CREATE TRIGGER sentences_erasable BEFORE UPDATE ON sentences FOR EACH ROW EXECUTE FUNCTION guard_sentences()",
        "CREATE TRIGGER wordings_immutable BEFORE DELETE OR TRUNCATE ON wordings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE FUNCTION guard_wordings() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.node_id IS NOT DISTINCT FROM OLD.node_id AND NEW.revision_number IS NOT DISTINCT FROM OLD.revision_number AND NEW.sentences IS NOT DISTINCT FROM OLD.sentences AND NEW.touched IS NOT DISTINCT FROM OLD.touched AND NEW.changed IS NOT DISTINCT FROM OLD.changed AND NEW.added IS NOT DISTINCT FROM OLD.added AND NEW.removed IS NOT DISTINCT FROM OLD.removed AND EXISTS (SELECT 1 FROM log_redacted r, log_entries e, passages p WHERE e.number = r.entry_number AND r.field = 'passages' AND p.revision_number = e.revision_number AND p.position = r.position AND p.node_id = OLD.node_id AND p.revision_number = OLD.revision_number AND NEW.tail = ('') AND NEW.html = ('<span class=\"ld-erased\">Hier stand Text, der getilgt ist. Grund: ' || r.ground || '. <a href=\"/revisionslog/' || r.redaction_number || '\">Eintrag ' || r.redaction_number || ' im Revisionslog</a></span>') AND NEW.origin_html = ('<span class=\"ld-erased\">Hier stand Text, der getilgt ist. Grund: ' || r.ground || '. <a href=\"/revisionslog/' || r.redaction_number || '\">Eintrag ' || r.redaction_number || ' im Revisionslog</a></span>')) THEN RETURN NEW; END IF; RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END $$",
        "CREATE TRIGGER wordings_erasable BEFORE UPDATE ON wordings FOR EACH ROW EXECUTE FUNCTION guard_wordings()",
        "CREATE TRIGGER placements_immutable BEFORE DELETE OR TRUNCATE ON placements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE FUNCTION guard_placements() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.node_id IS NOT DISTINCT FROM OLD.node_id AND NEW.revision_number IS NOT DISTINCT FROM OLD.revision_number AND NEW.position IS NOT DISTINCT FROM OLD.position AND NEW.sentence_id IS NOT DISTINCT FROM OLD.sentence_id AND EXISTS (SELECT 1 FROM log_redacted r, log_entries e, passages p WHERE e.number = r.entry_number AND r.field = 'passages' AND p.revision_number = e.revision_number AND p.position = r.position AND p.node_id = OLD.node_id AND p.revision_number = OLD.revision_number AND NEW.gap = ('')) THEN RETURN NEW; END IF; RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END $$",
        "CREATE TRIGGER placements_erasable BEFORE UPDATE ON placements FOR EACH ROW EXECUTE FUNCTION guard_placements()",
        "CREATE TRIGGER sentence_ancestors_immutable BEFORE DELETE OR TRUNCATE ON sentence_ancestors FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE FUNCTION guard_sentence_ancestors() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.sentence_id IS NOT DISTINCT FROM OLD.sentence_id AND NEW.ancestor_id IS NOT DISTINCT FROM OLD.ancestor_id AND EXISTS (SELECT 1 FROM sentences s WHERE s.id IN (OLD.sentence_id, OLD.ancestor_id) AND s.hash = '' AND NEW.diff_html = s.html) THEN RETURN NEW; END IF; RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END $$",
        "CREATE TRIGGER sentence_ancestors_erasable BEFORE UPDATE ON sentence_ancestors FOR EACH ROW EXECUTE FUNCTION guard_sentence_ancestors()",
    ),
}
REMOVAL = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS revisions_no_update",
        "DROP TRIGGER IF EXISTS revisions_no_delete",
        "DROP TRIGGER IF EXISTS revisions_no_insert",
        "DROP TRIGGER IF EXISTS passages_no_update",
        "DROP TRIGGER IF EXISTS passages_no_delete",
        "DROP TRIGGER IF EXISTS passages_no_insert",
        "DROP TRIGGER IF EXISTS log_openings_no_update",
        "DROP TRIGGER IF EXISTS log_openings_no_delete",
        "DROP TRIGGER IF EXISTS log_openings_no_insert",
        "DROP TRIGGER IF EXISTS log_redacted_no_update",
        "DROP TRIGGER IF EXISTS log_redacted_no_delete",
        "DROP TRIGGER IF EXISTS log_redacted_no_insert",
        "DROP TRIGGER IF EXISTS redactions_no_update",
        "DROP TRIGGER IF EXISTS redactions_no_delete",
        "DROP TRIGGER IF EXISTS redactions_no_insert",
        "DROP TRIGGER IF EXISTS erasures_no_update",
        "DROP TRIGGER IF EXISTS erasures_no_delete",
        "DROP TRIGGER IF EXISTS erasures_no_insert",
        "DROP TRIGGER IF EXISTS corrections_no_update",
        "DROP TRIGGER IF EXISTS corrections_no_delete",
        "DROP TRIGGER IF EXISTS corrections_no_insert",
        "DROP TRIGGER IF EXISTS sentences_no_update",
        "DROP TRIGGER IF EXISTS sentences_no_delete",
        "DROP TRIGGER IF EXISTS wordings_no_update",
        "DROP TRIGGER IF EXISTS wordings_no_delete",
        "DROP TRIGGER IF EXISTS placements_no_update",
        "DROP TRIGGER IF EXISTS placements_no_delete",
        "DROP TRIGGER IF EXISTS sentence_ancestors_no_update",
        "DROP TRIGGER IF EXISTS sentence_ancestors_no_delete",
    ),
    "postgresql": (
        "DROP TRIGGER IF EXISTS revisions_immutable ON revisions",
        "DROP TRIGGER IF EXISTS revisions_erasable ON revisions",
        "DROP TRIGGER IF EXISTS passages_immutable ON passages",
        "DROP TRIGGER IF EXISTS passages_erasable ON passages",
        "DROP TRIGGER IF EXISTS log_openings_immutable ON log_openings",
        "DROP TRIGGER IF EXISTS log_openings_erasable ON log_openings",
        "DROP TRIGGER IF EXISTS log_redacted_immutable ON log_redacted",
        "DROP TRIGGER IF EXISTS log_redacted_erasable ON log_redacted",
        "DROP TRIGGER IF EXISTS redactions_immutable ON redactions",
        "DROP TRIGGER IF EXISTS redactions_erasable ON redactions",
        "DROP TRIGGER IF EXISTS erasures_immutable ON erasures",
        "DROP TRIGGER IF EXISTS erasures_erasable ON erasures",
        "DROP TRIGGER IF EXISTS corrections_immutable ON corrections",
        "DROP TRIGGER IF EXISTS corrections_erasable ON corrections",
        "DROP FUNCTION IF EXISTS guard_revisions()",
        "DROP FUNCTION IF EXISTS guard_passages()",
        "DROP FUNCTION IF EXISTS guard_log_openings()",
        "DROP FUNCTION IF EXISTS guard_log_redacted()",
        "DROP FUNCTION IF EXISTS guard_redactions()",
        "DROP TRIGGER IF EXISTS sentences_immutable ON sentences",
        "DROP TRIGGER IF EXISTS sentences_erasable ON sentences",
        "DROP TRIGGER IF EXISTS wordings_immutable ON wordings",
        "DROP TRIGGER IF EXISTS wordings_erasable ON wordings",
        "DROP TRIGGER IF EXISTS placements_immutable ON placements",
        "DROP TRIGGER IF EXISTS placements_erasable ON placements",
        "DROP TRIGGER IF EXISTS sentence_ancestors_immutable ON sentence_ancestors",
        "DROP TRIGGER IF EXISTS sentence_ancestors_erasable ON sentence_ancestors",
        "DROP FUNCTION IF EXISTS guard_sentences()",
        "DROP FUNCTION IF EXISTS guard_wordings()",
        "DROP FUNCTION IF EXISTS guard_placements()",
        "DROP FUNCTION IF EXISTS guard_sentence_ancestors()",
    ),
}
AFTER = {
    "sqlite": (
        "CREATE TRIGGER revisions_no_update BEFORE UPDATE ON revisions BEGIN SELECT RAISE(ABORT, 'published rows never change: revisions'); END",
        "CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions BEGIN SELECT RAISE(ABORT, 'published rows never change: revisions'); END",
        "CREATE TRIGGER passages_no_update BEFORE UPDATE ON passages BEGIN SELECT RAISE(ABORT, 'published rows never change: passages'); END",
        "CREATE TRIGGER passages_no_delete BEFORE DELETE ON passages BEGIN SELECT RAISE(ABORT, 'published rows never change: passages'); END",
        "CREATE TRIGGER sentences_no_update BEFORE UPDATE ON sentences BEGIN SELECT RAISE(ABORT, 'published rows never change: sentences'); END",
        "CREATE TRIGGER sentences_no_delete BEFORE DELETE ON sentences BEGIN SELECT RAISE(ABORT, 'published rows never change: sentences'); END",
        "CREATE TRIGGER wordings_no_update BEFORE UPDATE ON wordings BEGIN SELECT RAISE(ABORT, 'published rows never change: wordings'); END",
        "CREATE TRIGGER wordings_no_delete BEFORE DELETE ON wordings BEGIN SELECT RAISE(ABORT, 'published rows never change: wordings'); END",
        "CREATE TRIGGER placements_no_update BEFORE UPDATE ON placements BEGIN SELECT RAISE(ABORT, 'published rows never change: placements'); END",
        "CREATE TRIGGER placements_no_delete BEFORE DELETE ON placements BEGIN SELECT RAISE(ABORT, 'published rows never change: placements'); END",
        "CREATE TRIGGER sentence_ancestors_no_update BEFORE UPDATE ON sentence_ancestors BEGIN SELECT RAISE(ABORT, 'published rows never change: sentence_ancestors'); END",
        "CREATE TRIGGER sentence_ancestors_no_delete BEFORE DELETE ON sentence_ancestors BEGIN SELECT RAISE(ABORT, 'published rows never change: sentence_ancestors'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER revisions_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON revisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER passages_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON passages FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER sentences_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON sentences FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER wordings_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON wordings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER placements_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON placements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER sentence_ancestors_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON sentence_ancestors FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in BEFORE[dialect]:
        op.execute(statement)
    op.create_table(
        "log_redacted",
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("redaction_number", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_number"], ["log_entries.number"], name=op.f("fk_log_redacted_entry_number_log_entries")
        ),
        sa.ForeignKeyConstraint(
            ["redaction_number"], ["log_entries.number"], name=op.f("fk_log_redacted_redaction_number_log_entries")
        ),
        sa.PrimaryKeyConstraint("entry_number", "field", "position", name=op.f("pk_log_redacted")),
    )
    op.create_index(op.f("ix_log_redacted_redaction_number"), "log_redacted", ["redaction_number"])
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "done",
                "withdrawn",
                name="erasurestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "ground",
            sa.Enum(
                "Löschantrag",
                "Persönlichkeitsrecht",
                "Urheberrecht",
                "Gerichtsbeschluss",
                "Konto gelöscht",
                name="ground",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("approver_id IS NULL OR approver_id <> author_id", name=op.f("ck_erasures_four_eyes")),
        sa.CheckConstraint("ground = 'Konto gelöscht' OR author_id IS NOT NULL", name=op.f("ck_erasures_author")),
        sa.CheckConstraint(
            "state <> 'done' OR ground = 'Konto gelöscht' OR approver_id IS NOT NULL", name=op.f("ck_erasures_approver")
        ),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_erasures_done_has_time")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_erasures_has_reason")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_erasures_author_id_users")),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_erasures_approver_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_state_id", "erasures", ["state", "id"])
    op.create_table(
        "redactions",
        sa.Column("entry_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("erasure_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_number"], ["log_entries.number"], name=op.f("fk_redactions_entry_number_log_entries")
        ),
        sa.ForeignKeyConstraint(["subject"], ["log_entries.number"], name=op.f("fk_redactions_subject_log_entries")),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"], name=op.f("fk_redactions_erasure_id_erasures")),
        sa.PrimaryKeyConstraint("entry_number", name=op.f("pk_redactions")),
    )
    op.create_index(op.f("ix_redactions_subject"), "redactions", ["subject"])
    op.create_index(op.f("ix_redactions_erasure_id"), "redactions", ["erasure_id"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "confirmed",
                "withdrawn",
                name="correctionstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=120), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("right_text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=True),
        sa.CheckConstraint("approver_id IS NULL OR approver_id <> author_id", name=op.f("ck_corrections_four_eyes")),
        sa.CheckConstraint("said <> '' AND right_text <> '' AND reason <> ''", name=op.f("ck_corrections_complete")),
        sa.CheckConstraint("said <> right_text", name=op.f("ck_corrections_corrects_something")),
        sa.CheckConstraint(
            "(state = 'confirmed') = (entry_number IS NOT NULL AND approver_id IS NOT NULL AND decided_at IS NOT NULL)",
            name=op.f("ck_corrections_confirmed_is_logged"),
        ),
        sa.ForeignKeyConstraint(["subject"], ["log_entries.number"], name=op.f("fk_corrections_subject_log_entries")),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_corrections_node_id_nodes")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_corrections_author_id_users")),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_corrections_approver_id_users")),
        sa.ForeignKeyConstraint(
            ["entry_number"], ["log_entries.number"], name=op.f("fk_corrections_entry_number_log_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("entry_number", name=op.f("uq_corrections_entry_number")),
    )
    op.create_index("ix_corrections_subject_node_id", "corrections", ["subject", "node_id"])
    op.create_index("ix_corrections_state_until", "corrections", ["state", "until"])
    op.create_table(
        "objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_objections_has_text")),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_objections_answered")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["corrections.id"], name=op.f("fk_objections_correction_id_corrections")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_objections_author_id_users")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_objections_answered_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint("correction_id", "author_id", name=op.f("uq_objections_correction_id_author_id")),
    )
    op.create_index(op.f("ix_objections_author_id"), "objections", ["author_id"])
    for statement in GUARDS[dialect]:
        op.execute(statement)


def downgrade() -> None:
    """Take back; what was erased stays erased, but why and by whom is lost, and so are corrections."""
    dialect = op.get_bind().dialect.name
    for statement in REMOVAL[dialect]:
        op.execute(statement)
    op.drop_table("objections")
    op.drop_table("corrections")
    op.drop_table("redactions")
    op.drop_table("erasures")
    op.drop_table("log_redacted")
    for statement in AFTER[dialect]:
        op.execute(statement)
