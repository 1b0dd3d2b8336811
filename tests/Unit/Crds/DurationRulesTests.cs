using Drydock.Abstractions.Values;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Crds;

public sealed class DurationRulesTests
{
    private const string TooLong = "9999d9999d9999d9999d";

    [Fact]
    public void Duration_above_the_longest_is_refused_with_field_and_limit()
    {
        var found = new[]
        {
            OmsUpgradeValidation.Validate(new OmsUpgradeSpec { Cleanup = new CleanupSpec { After = TooLong } }),
            DatabaseRollingUpgradeValidation.Validate(new DatabaseRollingUpgradeSpec { Drain = new DrainSpec { Timeout = TooLong } }),
            DatabaseRollingUpgradeValidation.Validate(new DatabaseRollingUpgradeSpec { Instances = [new(), new() { Control = new InstanceControl { StopGrace = TooLong } }] }),
            BackupSnapshotValidation.Validate(new BackupSnapshotSpec { Timeout = TooLong }),
            SnapshotRestoreValidation.Validate(new SnapshotRestoreSpec { Timeout = TooLong }),
        };

        found.Select(f => f.Single(x => x.Message.Contains("longest duration", StringComparison.Ordinal)).Message).ShouldBe(
        [
            Message("spec.cleanup.after"), Message("spec.drain.timeout"), Message("spec.instances[1].control.stopGrace"), Message("spec.timeout"), Message("spec.timeout"),
        ]);

        static string Message(string field) => $"{field} is {TooLong}, which is longer than the longest duration. Expected are at most 36500d in sum. Set a shorter one.";
    }

    [Fact]
    public void Duration_of_exactly_the_longest_is_accepted() =>
        OmsUpgradeValidation.Validate(new OmsUpgradeSpec { Cleanup = new CleanupSpec { After = "9999d9999d9999d6503d" } })
            .ShouldNotContain(f => f.Message.Contains("longest duration", StringComparison.Ordinal));

    [Theory]
    [InlineData("999999h999999h999999h999999h999999h")]
    [InlineData("99999999d99999999d99999999d")]
    public void Duration_above_the_longest_is_read_as_the_longest(string text)
    {
        KubernetesDuration.Parse(text).ShouldBe(KubernetesDuration.Longest);
        KubernetesDuration.IsTooLong(text).ShouldBeTrue();
    }

    [Theory]
    [InlineData(-3, 0)]
    [InlineData(60, 49)]
    [InlineData(36_500, 49)]
    [InlineData(12, 12)]
    public void Span_of_a_timer_is_clamped(int days, int expected) =>
        Timers.Clamp(TimeSpan.FromDays(days)).ShouldBe(TimeSpan.FromDays(expected));

    [Fact]
    public void Infinite_timer_span_is_not_clamped() =>
        Timers.Clamp(Timeout.InfiniteTimeSpan).ShouldBe(Timeout.InfiniteTimeSpan);
}
