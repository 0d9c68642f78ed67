"""Past one machine: workers that fetch, one `scrapy ingest` that owns the database, and a Redis between them. Needs the extra `redis`.

What is still to do stands in the campaign's database. Redis holds the part of it that was handed out, who is at it, and answers that
are not in the database yet: whatever is lost there is handed out again.
"""
