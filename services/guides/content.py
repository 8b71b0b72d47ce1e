"""What a guide says of a material. Pure: the same in, the same out, however often; sources of the formulas stand in
:mod:`services.guides.findings` and :mod:`services.tiktok.analytics`.

Heavy to import: where guides are made, and nowhere else.
"""

from statistics import median

from services.guides.facts import Benchmark, GuideContent, Interval
from services.guides.findings import engagement, engagement_interval, find, median_interval
from services.guides.materials import Material
from services.tiktok.analytics import measure, tier
from services.tiktok.constants import CONSTANTS, Constants
from services.time_zones import zone


def make_content(material: Material, time_zone: str, constants: Constants = CONSTANTS) -> GuideContent:
    """At least ten usable posts. ``time_zone``: a name of services.time_zones, in which hours and days are told."""
    profile = material.profile
    usable = material.usable(constants)
    measures = measure(profile, material.posts, material.at, constants)
    size = tier(profile.followers, constants)
    views = [post.views for post in usable]
    typical, around = float(median(views)), median_interval(views)
    followers = profile.followers
    return GuideContent(
        username=profile.username,
        nickname=profile.nickname,
        followers=followers,
        videos=profile.videos,
        at=material.at,
        posts=len(material.posts),
        usable=len(usable),
        since=usable[-1].published_at,
        until=usable[0].published_at,
        time_zone=time_zone,
        invented=material.invented,
        tier=size.followers,
        rating=measures.rating,
        income=measures.income,
        typical_views=typical,
        views_interval=around,
        # Of the same videos as its interval; the rating's is of the newest thirty.
        engagement=Benchmark(
            engagement(usable), engagement_interval(usable), size.engagement_low, size.engagement_high
        ),
        reach=Benchmark(
            typical / followers if followers else None,
            Interval(around.low / followers, around.high / followers) if followers else None,
            size.reach,
            size.reach,
        ),
        findings=find(usable, zone(time_zone)),
        views=tuple(views),
    )
