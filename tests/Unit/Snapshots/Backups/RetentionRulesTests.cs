using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Snapshots;

public sealed class RetentionRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null, null, "")]
    [InlineData(1, null, "a b c d")]
    [InlineData(3, null, "a b")]
    [InlineData(9, null, "")]
    [InlineData(null, "36h", "a b c")]
    [InlineData(null, "1h", "a b c d")]
    [InlineData(2, "72h", "a b")]
    [InlineData(null, "999999d999999d999999d", "")]
    [InlineData(4, "36h", "a")]
    public void Snapshot_is_kept_while_either_policy_field_requires_it(int? last, string? age, string removed)
    {
        var series = Days(4, 3, 2, 1, 0);
        RetentionRules.Choose(series, new RetentionSpec { KeepLast = last, KeepFor = age }, Now.AddHours(1)).Remove
            .Select(r => r.Key).ShouldBe(removed.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Series_without_policy_keeps_every_snapshot() =>
        RetentionRules.Choose(Days(100, 50, 0), null, Now).Remove.ShouldBeEmpty();

    [Fact]
    public void Bad_snapshot_is_neither_counted_nor_removed()
    {
        var series = Days(4, 3, 2, 1, 0).Select(c => c.Name is "e" or "b" ? c with { IsGood = false } : c).ToList();
        var choice = RetentionRules.Choose(series, new RetentionSpec { KeepLast = 2 }, Now);
        choice.Remove.Select(r => r.Key).ShouldBe(["a"]);
        choice.Kept.Select(r => r.Key).ShouldBe(["b"]);
    }

    // Seeded: a failure names its seed.
    [Fact]
    public void Any_policy_keeps_protected_and_newest_good_snapshots()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var series = Enumerable.Range(0, random.Next(0, 12))
                .Select(i => new RetentionCandidate(
                    $"s{i}", Now.AddHours(-random.Next(0, 200)), random.Next(4) > 0,
                    random.Next(4) == 0 ? "needed" : null))
                .ToList();
            var policy = new RetentionSpec
            {
                KeepLast = random.Next(3) == 0 ? null : random.Next(1, 6),
                KeepFor = random.Next(3) == 0 ? null : $"{random.Next(1, 200)}h"
            };
            var choice = RetentionRules.Choose(series, policy, Now);
            var removed = choice.Remove.Select(r => r.Key).ToHashSet();
            var left = series.Where(c => !removed.Contains(c.Name)).ToList();

            // Without ShouldAllBe, which compiles an expression each time.
            series.Where(c => removed.Contains(c.Name)).All(c => c.IsGood && c.NeededBy is null)
                .ShouldBeTrue($"seed {seed}");
            if (series.Exists(c => c.IsGood))
            {
                left.Exists(c => c.IsGood && c.TakenAt == series.Where(x => x.IsGood).Max(x => x.TakenAt))
                    .ShouldBeTrue($"seed {seed}");
            }

            left.Count(c => c.IsGood).ShouldBeGreaterThanOrEqualTo(
                Math.Min(series.Count(c => c.IsGood), policy.KeepLast ?? 1), $"seed {seed}");
            if (policy.KeepFor is { } age)
            {
                series.Where(c => removed.Contains(c.Name))
                    .All(c => c.TakenAt + Drydock.Crds.Values.KubernetesDuration.Parse(age) <= Now)
                    .ShouldBeTrue($"seed {seed}");
            }

            // What was decided once is decided again when the removed ones are gone: nothing more goes.
            RetentionRules.Choose(left, policy, Now).Remove.ShouldBeEmpty($"seed {seed}");
        }
    }

    private static List<RetentionCandidate> Days(params int[] ago) =>
        [.. ago.Select((d, i) => new RetentionCandidate(
            ((char)('a' + i)).ToString(), Now.AddDays(-d), IsGood: true, NeededBy: null))];
}
