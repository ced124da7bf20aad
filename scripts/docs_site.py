"""What `mkdocs build` does to the pages: README.md is the first, and links out of docs/ are text.

mkdocs.yml names this file as a hook.
"""

import pathlib
import re

_ROOT = pathlib.Path(__file__).parent.parent
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]+)(#[^)]*)?\)")


def on_page_markdown(markdown, page, config, files):
    """Returns a page's text as the site has it.

    Args:
        markdown: The text.
        page: The page, whose file is in docs/.
        config: Not used.
        files: The files of the site.
    """
    folder = _ROOT / "docs" / pathlib.Path(page.file.src_uri).parent
    if page.file.src_uri == "index.md":
        markdown, folder = (_ROOT / "README.md").read_text(encoding="utf-8"), _ROOT
    known = {file.src_uri for file in files}

    def rewritten(match):
        image, text, target, anchor = match[1], match[2], match[3], match[4] or ""
        if "://" in target:
            return match[0]
        path = (folder / target).resolve()
        if path == _ROOT / "README.md":
            return f"[{text}](/index.md{anchor})"
        inside = path.relative_to(_ROOT / "docs").as_posix() if _is_doc(path) else None
        if inside in known:
            return f"{image}[{text}](/{inside}{anchor})"
        # Of the repository, but not of the site.
        return text if path.exists() else match[0]

    return _LINK.sub(rewritten, markdown)


def _is_doc(path):
    return (_ROOT / "docs") in path.parents
