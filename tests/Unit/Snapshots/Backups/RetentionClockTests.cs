using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Snapshots;

/// <summary>Clocks that are wrong remove no backup.</summary>
public sealed class RetentionClockTests
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    private readonly SnapshotWorld _world = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(-365 * 24 * 60)]
    [InlineData(-6)]
    [InlineData(6)]
    public async Task Clock_that_differs_from_the_API_server_removes_nothing(int minutes)
    {
        await DailyAsync(14, new RetentionSpec { KeepFor = "2d" });
        _world.Api.Ahead = TimeSpan.FromMinutes(minutes);
        await SweepsAsync(5);

        _world.Archive.Removed.ShouldBeEmpty();
        _world.Events.All.ShouldContain(e => e.Object == "s13" && e.Reason == Reasons.RetentionKept
            && e.Message.Contains("Set the clocks by NTP", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clock_one_year_ahead_on_both_sides_is_announced_and_mended_in_time()
    {
        await DailyAsync(14, new RetentionSpec { KeepFor = "30d" });
        _world.Time.JumpWall(Year);
        await SweepAsync();
        (await _world.GetAsync("s0")).Status!.ExpiresAt.ShouldNotBeNull();
        _world.Time.JumpWall(-Year);
        await SweepsAsync(5);

        _world.Archive.Removed.ShouldBeEmpty();
        (await _world.GetAsync("s0")).Status!.ExpiresAt.ShouldBeNull();
    }

    [Theory]
    [InlineData(365)]
    [InlineData(-365)]
    public async Task Snapshot_with_a_wrong_date_is_reported_and_never_the_newest(int days)
    {
        await DailyAsync(14, new RetentionSpec { KeepLast = 1 });
        var wrong = await _world.AddAsync("wrong", 3, new RetentionSpec { KeepLast = 5 });
        _world.Archive.Manifests["wrong-id-1/"] =
            _world.Archive.Manifests["wrong-id-1/"] with { CreatedAt = _world.Time.GetUtcNow().AddDays(days) };
        await SweepsAsync(8);

        _world.Archive.Removed.Count.ShouldBe(13);
        _world.Archive.Removed.ShouldNotContain("s13-id-1", "today's");
        _world.Archive.Removed.ShouldNotContain("wrong-id-1");
        _world.Events.All.ShouldContain(e => e.Object == wrong.Metadata.Name && e.Reason == Reasons.RetentionKept
            && e.Message.Contains("does not count as the newest", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Removal_is_announced_a_day_before_and_at_most_three_go_at_once()
    {
        await DailyAsync(9, new RetentionSpec { KeepLast = 1 });
        await SweepAsync();
        var at = _world.Time.GetUtcNow().AddDays(1);
        foreach (var name in Enumerable.Range(0, 8).Select(i => $"s{i}"))
        {
            (await _world.GetAsync(name)).Status.ShouldNotBeNull().ShouldSatisfyAllConditions(
                s => s.ExpiresAt.ShouldBe(at), s => s.Phase.ShouldBe(BackupSnapshotPhases.Succeeded));
            _world.Events.All.ShouldContain(e => e.Object == name && e.Reason == Reasons.Expiring
                && e.Message.Contains("spec.retention of s8", StringComparison.Ordinal));
        }

        _world.Time.Advance(TimeSpan.FromHours(23));
        await SweepAsync();
        _world.Archive.Removed.ShouldBeEmpty();

        _world.Time.Advance(TimeSpan.FromHours(1));
        await SweepAsync();
        _world.Archive.Removed.ShouldBe(["s0-id-1", "s1-id-1", "s2-id-1"], "the oldest");
        await SweepAsync();
        await SweepAsync();
        _world.Archive.Removed.Count.ShouldBe(8);
    }

    [Fact]
    public async Task Of_two_objects_of_one_second_the_later_dump_is_the_newest()
    {
        await _world.AddAsync("old", 1, new RetentionSpec { KeepLast = 9 });
        await _world.AddAsync("a", 0);
        await _world.AddAsync("b", 0, new RetentionSpec { KeepLast = 2 });
        _world.Archive.Manifests["b-id-1/"] =
            _world.Archive.Manifests["b-id-1/"] with { CreatedAt = _world.Time.GetUtcNow().AddSeconds(0.5) };
        await SweepAsync();

        foreach (var (name, expires) in new[] { ("old", true), ("a", false), ("b", false) })
        {
            ((await _world.GetAsync(name)).Status!.ExpiresAt is not null).ShouldBe(expires, name);
        }
    }

    [Fact]
    public async Task Policy_changed_in_that_day_keeps_the_files()
    {
        await DailyAsync(3, new RetentionSpec { KeepLast = 1 });
        await SweepAsync();
        var newest = await _world.GetAsync("s2");
        await _world.Api.UpdateAsync(newest with { Spec = newest.Spec with { Retention = null } }, Token);
        await SweepsAsync(3);

        _world.Archive.Removed.ShouldBeEmpty();
        (await _world.GetAsync("s0")).Status!.ExpiresAt.ShouldBeNull();
    }

    // s0 is the oldest; the newest is of today.
    private async Task DailyAsync(int count, RetentionSpec policy)
    {
        for (var i = 0; i < count; i++)
        {
            await _world.AddAsync($"s{i}", count - 1 - i, policy);
        }
    }

    private Task SweepAsync() => new RetentionRun(_world.Services).SweepAsync(Token);

    private async Task SweepsAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await SweepAsync();
            _world.Time.Advance(TimeSpan.FromDays(1));
        }
    }
}
