"""`ETag`, `If-Match` and `If-None-Match` (screens.md §1)."""

from __future__ import annotations

import pytest

from models.users import Role

pytestmark = pytest.mark.anyio


async def test_details_have_a_strong_tag_by_which_a_client_learns_that_nothing_has_changed(api, factory):
    customer = await factory.customer()
    path = f"/customers/{customer.id}/"
    first = await api.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert tag.endswith('"')
    assert first.headers["vary"] == "Accept-Language, Authorization"
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        same = await api.get(path, headers={"If-None-Match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        assert same.headers["vary"] == first.headers["vary"]
    await api.patch(path, {"notes": "VIP"})
    changed = await api.get(path, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["notes"]) == (200, "VIP")
    assert changed.headers["etag"] != tag


async def test_whoever_changes_what_another_has_changed_meanwhile_is_told_what(api, factory):
    customer = await factory.customer()
    path = f"/customers/{customer.id}/"
    tag = (await api.get(path)).headers["etag"]
    saved = await api.patch(path, {"notes": "Её"}, headers={"If-Match": tag})
    assert saved.status_code == 200
    refused = await api.patch(path, {"notes": "Мой"}, headers={"If-Match": tag, "Accept-Language": "en"})
    assert refused.status_code == 412
    told = refused.json()
    assert (told["status"], told["code"]) == ("error", "conflict")
    assert told["message"].startswith(f"Customer {customer.id}: it has changed")
    assert told["changes"] == [
        {"id": customer.id, "type": "customer", "action": "update", "fields": {"notes": [None, "Её"]}}
    ]
    tag = (await api.get(path)).headers["etag"]
    assert (await api.patch(path, {"notes": "Мой"}, headers={"If-Match": f'"other", W/{tag}'})).status_code == 200
    assert (await api.patch(path, {"notes": "Наш"}, headers={"If-Match": "*"})).status_code == 200


async def test_actions_and_deletes_heed_it_too(api, factory):
    contract = await factory.contract()
    stale = {"If-Match": (await api.get(f"/contracts/{contract.id}/")).headers["etag"]}
    await api.patch(f"/contracts/{contract.id}/", {"notes": "VIP"})
    assert (await api.delete(f"/contracts/{contract.id}/", headers=stale)).status_code == 412
    assert (await api.post(f"/contracts/{contract.id}/terminate/", headers=stale)).status_code == 412
    fresh = {"If-Match": (await api.get(f"/contracts/{contract.id}/")).headers["etag"]}
    assert (await api.delete(f"/contracts/{contract.id}/?dry_run=true", headers=fresh)).status_code == 200
    assert (await api.delete(f"/contracts/{contract.id}/", headers=fresh)).status_code == 204


async def test_a_tag_is_of_the_whole_answer_a_neighbours_name_in_it_included(api, factory):
    """What stands in the answer has changed, though not in the contract's own history."""
    contract = await factory.contract()
    stale = {"If-Match": (await api.get(f"/contracts/{contract.id}/")).headers["etag"]}
    await api.patch(f"/customers/{contract.customer_id}/", {"last_name": "Ёлкин"})
    refused = await api.post(f"/contracts/{contract.id}/terminate/", headers=stale)
    assert (refused.status_code, refused.json()["changes"]) == (412, [])


@pytest.mark.parametrize("tag", ["", "nonsense", '"nonsense"', '"9999-99-99T99:99:99.999999Z-' + "0" * 32 + '"'])
async def test_a_tag_that_is_none_of_ours_matches_nothing(api, factory, tag):
    contract = await factory.contract()
    refused = await api.post(f"/contracts/{contract.id}/terminate/", headers={"If-Match": tag})
    assert (refused.status_code, refused.json()["changes"]) == (412, [])
    assert (await api.get(f"/contracts/{contract.id}/", headers={"If-None-Match": tag})).status_code == 200


async def test_a_tag_is_good_for_whom_it_was_made_for(api, factory):
    """What one role reads in a language is another representation than that of another."""
    sim = await factory.sim()
    seen = {
        (await api.get(f"/sims/{sim.id}/", role=role, headers={"Accept-Language": language})).headers["etag"]
        for role in (Role.EMPLOYEE, Role.ADMIN)
        for language in ("ru", "en")
    }
    assert len(seen) == 4


async def test_profile_and_policy_have_tags_as_well(api):
    for path, change in (("/users/me/", {"first_name": "Айгуль"}), ("/billing/policy/", {"promise_days": 7})):
        known = {"If-Match": (await api.get(path)).headers["etag"]}
        assert (await api.patch(path, change, headers=known)).status_code == 200
        assert (await api.patch(path, change, headers=known)).status_code == 412
