"""Pages that were visited again → sightings, and the stages of prospects that follow from them."""

from __future__ import annotations

from typing import Any

from prospector.drafting import Drafted
from prospector.items import Stage
from prospector.pipelines import CampaignPipeline, Stored
from prospector.reclaiming import reclaim
from prospector.spiders.reading import own_sites
from prospector.store import Actor
from prospector.watching.history import concluded
from prospector.watching.stages import stage_after
from prospector.watching.states import WON, PageLook, Source, WatchedPage, Yours, judge


class KeepSightings(CampaignPipeline):
    """WatchedPages → the store."""

    async def work(self, item: Any) -> Any:
        if not isinstance(item, WatchedPage):
            return item
        store = self.spider.store
        yours = Yours(sites=own_sites(self.spider.campaign), is_page=store.watching.is_own_page)
        with store.together():
            for watch in item.watches:
                seen = judge(watch, item.look, yours)
                state = concluded(seen.state, store.watching.history(watch), at=item.look.at, apart=self.spider.campaign.monitor.apart)
                store.watching.save(watch, item.look, seen, state, run_id=self.spider.run_id)
                self.count("links_watched")
                self.count(f"seen/{seen.state}")
            for page_url in {watch.page_url for watch in item.watches if watch.source is Source.LETTER}:
                self._move_on(page_url, item.look)
                self._ask_again(page_url, item.look)
        raise Stored

    def _ask_again(self, page_url: str, look: PageLook) -> None:
        """A letter about a link that is lost, or the end of one."""
        match reclaim(self.spider.writer, page_url, now=look.at):
            case Drafted.NEW:
                self.count("reclaims")
            case Drafted.WITHDRAWN:
                self.count("withdrawn")

    def _move_on(self, page_url: str, look: PageLook) -> None:
        """How far the page's prospect got. A person's mark wins."""
        store = self.spider.store
        stage = store.prospects.stage(page_url)
        if stage is None:
            return
        after = stage_after(
            stage,
            store.watching.states(page_url, Source.LETTER),
            by_person=store.watching.stage_is_a_persons(page_url),
            was_seen=store.watching.was_seen(page_url, sorted(WON)),
        )
        if store.prospects.set_stage(page_url, after, actor=Actor.CRAWL, now=look.at) and after in (Stage.WON, Stage.FIXED, Stage.LOST):
            self.count(f"stage/{after}")
