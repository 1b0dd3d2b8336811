using Drydock.Crds.Values;
using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Runs;

public sealed class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    [Fact]
    public void Delays_double_up_to_the_longest_with_jitter() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1000),
            Prop.ForAll(Gen.Choose(-5, 100_000).ToArbitrary(), Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), (
                failures, seed) =>
            {
                var middle = Math.Min(Math.Pow(2, Math.Max(failures, 1) - 1), Longest.TotalSeconds);

                new Backoff { First = First, Max = Longest, Random = new Random(seed) }.Delay(failures).TotalSeconds
                    .ShouldBeInRange(0.8 * middle, 1.2 * middle);
            }));

    [Fact]
    public void Without_jitter_delays_are_exact() =>
        Enumerable.Range(1, 8)
            .Select(failures => new Backoff { First = First, Jitter = 0 }.Delay(failures).TotalSeconds)
            .ShouldBe([1, 2, 4, 8, 16, 32, 60, 60]);

    [Fact]
    public void Pauses_of_a_gentle_one_are_about_a_quarter_of_the_wait()
    {
        var (gentle, waited) = (new Backoff { Factor = 1.25, Jitter = 0 }, TimeSpan.Zero);
        for (var tries = 1; tries < 20; tries++)
        {
            gentle.Delay(tries).TotalSeconds.ShouldBe(0.5 + (waited.TotalSeconds / 4), 0.001);
            waited += gentle.Delay(tries);
        }
    }

    [Fact]
    public void Jitter_spreads_simultaneous_failures()
    {
        var backoff = new Backoff { First = First, Random = new Random(5) };

        Enumerable.Range(0, 100).Select(_ => backoff.Delay(10)).Distinct().Count().ShouldBeGreaterThan(90);
    }
}
