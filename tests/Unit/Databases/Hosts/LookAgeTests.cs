namespace Drydock.Tests.Unit.Databases.Hosts;

/// <summary>Until when a host takes an action.</summary>
public sealed class LookAgeTests
{
    // As a script compares: whole seconds of the uptime.
    private static bool IsTaken(double uptime, string latest) =>
        Math.Floor(uptime) <= long.Parse(latest, CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(0.4, 999, 7)]
    [InlineData(4, 999, 11)]
    [InlineData(60, 999, 19)]
    [InlineData(4, 5, 4)]
    [InlineData(4, 0, -1)]
    public void Action_may_be_late_as_the_look_was_slow(double took, double lease, int seconds) =>
        Age(took, () => lease, new ManualTimeProvider()).Latest.ShouldBe($"{2000 + seconds}");

    [Fact]
    public void Look_of_four_seconds_allows_a_command_of_nine()
    {
        IsTaken(2009, Age(4, () => 60, new ManualTimeProvider()).Latest).ShouldBeTrue();
        IsTaken(2021, Age(4, () => 60, new ManualTimeProvider()).Latest).ShouldBeFalse();
    }

    [Fact]
    public void Time_of_the_gate_is_not_that_of_the_host()
    {
        var time = new ManualTimeProvider();
        var age = Age(0.4, () => 60, time);
        time.Advance(TimeSpan.FromSeconds(5));
        age.EndGate().ShouldBe(TimeSpan.FromSeconds(5));
        age.Latest.ShouldBe("2012");

        time.Advance(TimeSpan.FromSeconds(30));
        age.Latest.ShouldBe("2012", "frozen after the gate");
    }

    [Fact]
    public void No_action_of_a_former_leader_is_taken_after_another_could_act()
    {
        var random = new Random(52);
        var (taken, late) = (0, 0);
        for (var run = 0; run < 20_000; run++)
        {
            // The lease ends at this moment of real time for whoever waits for it; the host's uptime differs by a
            // constant.
            var leaseEnd = 30 + (random.NextDouble() * 120);
            var boot = random.NextDouble() * 1000;
            double now = 0;
            double Pass(double most) =>
                now += random.Next(4) == 0 ? random.NextDouble() * most * 20 : random.NextDouble() * most;

            var time = new ManualTimeProvider();
            var begun = Pass(1);
            var ended = Pass(6);
            var answered = Pass(3);
            var age = new LookAge(
                Report(boot + begun, boot + ended), time, () => TimeSpan.FromSeconds(Math.Max(0, leaseEnd - now)));
            var open = Pass(10);
            time.Advance(TimeSpan.FromSeconds(now - answered));
            age.EndGate();
            Pass(4);
            time.Advance(TimeSpan.FromSeconds(now - open));
            if (now >= leaseEnd)
            {
                continue;
            }

            // It is frozen from here on for as long as one likes: before the send, on the way, on the host.
            var latest = age.Latest;
            Pass(10);
            Pass(10);
            if (IsTaken(boot + now, latest))
            {
                taken++;
                now.ShouldBeLessThanOrEqualTo(leaseEnd, $"run {run}");
                (now - ended).ShouldBeLessThanOrEqualTo(LookAge.Longest.TotalSeconds, $"run {run}");
                (now - open).ShouldBeLessThanOrEqualTo(
                    Math.Max(LookAge.Shortest.TotalSeconds, 3 * (ended - begun)), $"run {run}: the gate");
            }
            else
            {
                late++;
            }
        }

        taken.ShouldBeGreaterThan(500);
        late.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void No_stop_of_a_former_leader_is_taken_after_another_asked_the_gate()
    {
        var random = new Random(53);
        var (taken, late, early) = (0, 0, 0);
        for (var run = 0; run < 20_000; run++)
        {
            // Leaders follow each other: a lease runs out, or is released, or its holder has certainly ended before
            // that.
            var sent = new List<(int Leader, double Asked, double At, string Latest)>();
            var boot = random.NextDouble() * 1000;
            var begun = new List<double>();
            for (double now = 0, leader = 0; leader < 4; leader++)
            {
                begun.Add(now);
                var leaseEnd = now + (random.NextDouble() * 60);
                var gone = random.Next(2) == 0 ? leaseEnd : Math.Min(leaseEnd, now + (random.NextDouble() * 30));
                for (var at = now; at < gone;)
                {
                    double Pass(double most) => at += random.NextDouble() * most;

                    var (time, look) = (new ManualTimeProvider(), at);
                    var seen = Pass(random.Next(4) == 0 ? 12 : 1);
                    var answered = Pass(1);
                    var lease = leaseEnd;
                    var age = new LookAge(Report(boot + look + 1, boot + seen + 1), time, () => TimeSpan.FromSeconds(
                        Math.Max(0, lease - at)));
                    if (at < now + LookAge.Longest.TotalSeconds)
                    {
                        continue;
                    }

                    var asked = at;
                    Pass(6);
                    time.Advance(TimeSpan.FromSeconds(at - answered));
                    age.EndGate();
                    if (at < gone)
                    {
                        sent.Add(((int)leader, asked, at + (random.NextDouble() * 40), age.Latest));
                    }
                }

                now = gone + random.NextDouble();
            }

            foreach (var (leader, asked, at, latest) in sent)
            {
                var isTaken = IsTaken(boot + 1 + at, latest);
                (taken, late) = (taken + (isTaken ? 1 : 0), late + (isTaken ? 0 : 1));
                if (isTaken)
                {
                    early += begun.Skip(leader + 1).Any(b => at > b) ? 1 : 0;
                    sent.Where(s => s.Leader > leader).ShouldAllBe(s => at <= s.Asked, $"run {run}");
                }
            }
        }

        (taken > 1000 && late > 1000).ShouldBeTrue($"{taken}, {late}");
        early.ShouldBeGreaterThan(200, "a leader that stops at once would have been too early");
    }

    [Theory]
    [InlineData(
        "usage_usec 5\nnr_periods 200\nnr_throttled 70\nthrottled_usec 9\n",
        "The pod of the operator was throttled in 35 % of its time (resources.limits.cpu). ")]
    [InlineData("nr_periods 200\nnr_throttled 0\nthrottled_time 0\n", "")]
    [InlineData("usage_usec 5\n", "")]
    public void Throttling_is_read_from_the_control_group(string stat, string says) =>
        PodCpu.Throttling(stat).ShouldBe(says);

    private static LookAge Age(double took, Func<double> lease, TimeProvider time) =>
        new(Report(2000 - took, 2000), time, () => TimeSpan.FromSeconds(lease()));

    private static HostReport Report(double up, double seen) => HostReport.Read(
        HostCases.Answer(
            "look 1", "user tidb", "boot b-1", string.Create(CultureInfo.InvariantCulture, $"up {up:F4}"),
            string.Create(CultureInfo.InvariantCulture, $"seen {seen:F4}"),
            "load 0.10", "tick 100", "btime 1700000000", "real -"),
        new ProgramSums().Ask());
}
