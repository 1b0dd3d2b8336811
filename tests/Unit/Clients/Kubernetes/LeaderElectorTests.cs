using System.Diagnostics.Metrics;
using Drydock.Clients.Kubernetes.Leadership;
using Microsoft.Extensions.Logging;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class LeaderElectorTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<Candidate> _candidates = [];
    private LeaseServer _api = null!;

    public async ValueTask InitializeAsync() => _api = await LeaseServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        (_api.Before, _api.After) = (null, null);
        foreach (var candidate in _candidates)
        {
            await candidate.DisposeAsync();
        }

        await _api.DisposeAsync();
    }

    [Fact]
    public async Task A_free_lease_is_taken_at_once()
    {
        var a = Start("a");
        await a.Leading.Task.Bounded();

        a.Elector.IsLeader.ShouldBeTrue();
        a.Elector.EnsureMayAct(TimeSpan.FromSeconds(5));
        (_api.Holder, _api.DurationSeconds).ShouldBe(("a", 15));
    }

    [Fact]
    public async Task Nobody_may_act_before_leading_or_after()
    {
        using var elector = Electors.Of(_api, _time, Electors.Options("x"));
        elector.IsLeader.ShouldBeFalse();
        elector.Lost.IsCancellationRequested.ShouldBeTrue();
        Should.Throw<NotLeaderException>(() => elector.EnsureMayAct(TimeSpan.Zero)).Message.ShouldBeWorded();

        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        await a.StopAsync();

        term.IsCancellationRequested.ShouldBeTrue();
        Should.Throw<NotLeaderException>(() => a.Elector.EnsureMayAct(TimeSpan.Zero));
    }

    [Fact]
    public async Task Released_lease_is_taken_without_passing_of_time()
    {
        _api.Write("""{"leaseTransitions":7}""");
        var a = Start("a");
        await a.Leading.Task.Bounded();
        var b = Start("b");
        await _api.NextAsync("GET b");

        await a.StopAsync();

        await b.Leading.Task.Bounded();
        (_api.Holder, _api.Transitions).ShouldBe(("b", 9));
    }

    [Fact]
    public async Task Lease_is_released_only_after_work_ended()
    {
        var work = new TaskCompletionSource();
        var a = Start("a", work.Task);
        var term = await a.Leading.Task.Bounded();
        var b = Start("b");

        var stopping = a.StopAsync();
        await Wait.UntilAsync(() => term.IsCancellationRequested);
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(9));
            await _api.NextAsync("PUT a");
            await _api.NextAsync("GET b");
        }

        a.Elector.IsLeader.ShouldBeFalse();
        Should.Throw<NotLeaderException>(() => a.Elector.EnsureMayAct(TimeSpan.Zero)).Message.ShouldBeWorded();
        b.Leading.Task.IsCompleted.ShouldBeFalse();
        _api.Holder.ShouldBe("a");
        work.SetResult();

        await stopping.Bounded();
        await b.Leading.Task.Bounded();
    }

    [Fact]
    public async Task Lease_of_killed_leader_is_taken_after_unchanged_duration()
    {
        var a = Start("a");
        await a.Leading.Task.Bounded();
        _api.Before = (method, client) => client == "a" ? LeaseServer.Down(method, client) : Task.CompletedTask;
        var b = Start("b");
        await _api.NextAsync("GET b");

        await IsTakenOnlyAfterAsync(b, 15);
        (_api.Holder, _api.Transitions).ShouldBe(("b", 1));
    }

    // The clock of the holder is an hour ahead, or an hour behind, and nobody believes it.
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Lease_of_dead_holder_lasts_its_duration_whatever_its_times(int hours)
    {
        _api.Hold("dead", $",\"renewTime\":\"{_time.GetUtcNow().AddHours(hours):yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\"");
        var b = Start("b");
        await _api.NextAsync("GET b");

        await IsTakenOnlyAfterAsync(b, 15);
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(1, 15)]
    public async Task Longer_one_of_both_durations_is_waited_for(int theirs, int longer)
    {
        _api.Write($$"""{"holderIdentity":"dead","leaseDurationSeconds":{{theirs}}}""");
        var b = Start("b");
        await _api.NextAsync("GET b");

        await IsTakenOnlyAfterAsync(b, longer);
    }

    [Fact]
    public async Task Written_duration_is_never_shorter_than_the_own_one()
    {
        var a = Start(Electors.Options("a") with { LeaseDuration = TimeSpan.FromSeconds(14.5) });
        await a.Leading.Task.Bounded();

        _api.DurationSeconds.ShouldBe(15);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Jump_of_wall_clock_takes_no_lease(int hours)
    {
        _api.Hold(
            "live", ",\"renewTime\":\"2026-01-01T00:00:00.000001Z\",\"acquireTime\":\"2026-01-01T00:00:00.000001Z\"");
        var b = Start("b");
        await _api.NextAsync("GET b");

        _time.JumpWall(TimeSpan.FromHours(hours));
        await _api.NextAsync("GET b");
        b.Leading.Task.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(15));

        await b.Leading.Task.Bounded();
    }

    // The elector of the package compares its wall clock with what a read says. So a read must say nothing that any
    // jump of that clock can end, or delay.
    [Fact]
    public async Task Package_never_decides_by_its_wall_clock()
    {
        _api.Hold("live");
        using var seen = new ElectionLock(
            _api.Connect("b"), Electors.Options("b"), _time, NullLogger.Instance, _ => { });

        var first = await seen.GetAsync();
        var second = await seen.GetAsync();
        _time.Advance(TimeSpan.FromSeconds(15));
        var third = await seen.GetAsync();

        second.ShouldNotBe(first);
        new[] { first, second }.ShouldAllBe(r => r.HolderIdentity == "live" && r.LeaseDurationSeconds > 1_000_000_000);
        third.HolderIdentity.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_renewed_lease_is_not_taken_however_long_it_lasts()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        var b = Start("b");

        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(9));
            await _api.NextAsync("PUT a");
            await _api.NextAsync("GET b");
        }

        a.Elector.IsLeader.ShouldBeTrue();
        (a.Terms, b.Leading.Task.IsCompleted).ShouldBe((1, false));
        await _api.GoDownAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await Wait.UntilAsync(() => term.IsCancellationRequested);
    }

    // The package counts its own deadline by a clock that the test does not move.
    [Fact]
    public async Task Package_does_not_give_up_before_the_term_ends()
    {
        var a = Start(Electors.Options("a") with
        {
            LeaseDuration = TimeSpan.FromHours(1),
            RenewDeadline = TimeSpan.FromMilliseconds(20),
        });
        var term = await a.Leading.Task.Bounded();
        var refused = 0;
        _api.Before = (method, client) =>
        {
            refused++;
            return LeaseServer.Down(method, client);
        };
        await Wait.UntilAsync(() => refused > 20);
        _api.Before = null;

        await _api.NextAsync("PUT a");

        term.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task Outage_shorter_than_deadline_interrupts_nothing()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        for (var i = 0; i < 3; i++)
        {
            var refused = 0;
            _api.Before = (method, client) =>
            {
                refused++;
                return LeaseServer.Down(method, client);
            };
            await Wait.UntilAsync(() => refused > 3);
            _time.Advance(TimeSpan.FromSeconds(9));
            await Wait.UntilAsync(() => refused > 6);
            _api.Before = null;
            await _api.NextAsync("PUT a");
        }

        term.IsCancellationRequested.ShouldBeFalse();
        a.Elector.EnsureMayAct(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Leader_without_renewal_stops_before_others_take_over()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        await _api.GoDownAsync();

        _time.Advance(TimeSpan.FromSeconds(9));
        a.Elector.EnsureMayAct(TimeSpan.FromSeconds(6));
        (a.Elector.Left, a.Elector.Held).ShouldBe((TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(9)));
        Should.Throw<NotLeaderException>(
            () => a.Elector.EnsureMayAct(TimeSpan.FromSeconds(6.1))).Message.ShouldContain("6.0 s more");
        _time.Advance(TimeSpan.FromSeconds(1));

        (a.Elector.IsLeader, a.Elector.Left, a.Elector.Held).ShouldBe((false, TimeSpan.Zero, TimeSpan.Zero));
        Should.Throw<NotLeaderException>(() => a.Elector.EnsureMayAct(TimeSpan.Zero));
        await Wait.UntilAsync(() => term.IsCancellationRequested);
    }

    // A contender can have seen the renewal long before its answer arrives here.
    [Fact]
    public async Task Renewal_counts_from_before_it_was_sent()
    {
        var a = Start("a");
        await a.Leading.Task.Bounded();
        var refused = 0;
        _api.After = (method, _) =>
        {
            if (method == "PUT" && _api.Before is null)
            {
                _time.Advance(TimeSpan.FromSeconds(3));
                _api.Before = (m, client) =>
                {
                    refused++;
                    return LeaseServer.Down(m, client);
                };
            }

            return Task.CompletedTask;
        };

        await Wait.UntilAsync(() => refused > 1);

        a.Elector.EnsureMayAct(TimeSpan.FromSeconds(12));
        Should.Throw<NotLeaderException>(() => a.Elector.EnsureMayAct(TimeSpan.FromSeconds(12.1)));
    }

    [Fact]
    public async Task Lost_term_is_followed_by_another_one()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        await _api.GoDownAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await Wait.UntilAsync(() => term.IsCancellationRequested);

        _api.Before = null;

        await Wait.UntilAsync(() => a.Elector.IsLeader);
        a.Terms.ShouldBe(2);
        a.Elector.EnsureMayAct(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Api_server_down_at_start_is_waited_for()
    {
        var refused = 0;
        _api.Before = (method, client) =>
        {
            refused++;
            return LeaseServer.Down(method, client);
        };
        var a = Start("a");
        await Wait.UntilAsync(() => refused > 3);
        a.Running.IsCompleted.ShouldBeFalse();

        _api.Before = null;

        await a.Leading.Task.Bounded();
    }

    [Fact]
    public async Task Hanging_request_does_not_extend_leadership()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        var hangs = new TaskCompletionSource();
        _api.Before = (_, _) =>
        {
            hangs.TrySetResult();
            return Task.Delay(Timeout.Infinite);
        };
        await hangs.Task.Bounded();

        _time.Advance(TimeSpan.FromSeconds(10));

        a.Elector.IsLeader.ShouldBeFalse();
        await Wait.UntilAsync(() => term.IsCancellationRequested);
    }

    // Half of the remaining time, so that a request on a dead connection leaves time for another one.
    [Fact]
    public async Task Request_without_answer_leaves_time_for_another_one()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        var hangs = new TaskCompletionSource();
        _api.Before = (_, _) => hangs.TrySetResult() ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        await hangs.Task.Bounded();

        _time.Advance(TimeSpan.FromSeconds(5));

        await _api.NextAsync("PUT a");
        term.IsCancellationRequested.ShouldBeFalse();
        a.Elector.EnsureMayAct(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Contender_gives_up_a_request_without_answer()
    {
        var hangs = new TaskCompletionSource();
        _api.Before = (_, _) => hangs.TrySetResult() ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        var a = Start("a");
        await hangs.Task.Bounded();
        a.Leading.Task.IsCompleted.ShouldBeFalse();

        _time.Advance(TimeSpan.FromSeconds(10));

        await a.Leading.Task.Bounded();
    }

    [Fact]
    public async Task Renewal_of_unknown_outcome_is_read_and_term_continues()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        var cut = 0;
        _api.After = (method, _) =>
            method == "PUT" && cut++ == 0 ? throw new IOException("The connection was cut.") : Task.CompletedTask;

        await Wait.UntilAsync(() => cut > 1);
        await _api.NextAsync("PUT a");

        (a.Terms, term.IsCancellationRequested).ShouldBe((1, false));
        a.Elector.EnsureMayAct(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_lease_taken_by_force_ends_the_term()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();

        _api.Write("""{"holderIdentity":"kubectl","leaseDurationSeconds":3600}""");

        await Wait.UntilAsync(() => term.IsCancellationRequested);
        a.Elector.IsLeader.ShouldBeFalse();
        _api.Holder.ShouldBe("kubectl");
        await _api.NextAsync("GET a");
        _time.Advance(TimeSpan.FromMinutes(10));
        await _api.NextAsync("GET a");
        a.Elector.Problem.ShouldBeNull("the process contends");
    }

    [Fact]
    public async Task A_deleted_lease_is_created_again_within_the_term()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();

        _api.Write(null);

        await Wait.UntilAsync(() => _api.Holder == "a");
        await _api.NextAsync("PUT a");
        (a.Terms, term.IsCancellationRequested).ShouldBe((1, false));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"leaseDurationSeconds":1}""")]
    [InlineData("""{"holderIdentity":"","leaseDurationSeconds":15,"renewTime":"2026-01-01T00:00:00.000000Z"}""")]
    public async Task A_lease_without_holder_is_taken(string spec)
    {
        _api.Write(spec);

        await Start("a").Leading.Task.Bounded();

        _api.Holder.ShouldBe("a");
    }

    [Fact]
    public async Task A_write_between_read_and_renewal_is_not_overwritten()
    {
        _api.Write("{}");
        var taken = false;
        _api.Before = (method, _) =>
        {
            if (method == "PUT" && !taken)
            {
                taken = true;
                _api.Hold("c");
            }

            return Task.CompletedTask;
        };
        var a = Start("a");
        await Wait.UntilAsync(() => taken);
        await _api.NextAsync("GET a");

        _api.Holder.ShouldBe("c");
        a.Leading.Task.IsCompleted.ShouldBeFalse();
    }

    // The package begins a second attempt while the first one waits for its answer. Both share the object that was read
    // last, so the first one could write over a holder that only the second one has seen.
    [Fact]
    public async Task A_late_attempt_does_not_take_lease_of_live_holder()
    {
        _api.Write("{}");
        var answer = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        var requests = 0;
        _api.Before = (_, _) =>
        {
            requests++;
            return Task.CompletedTask;
        };
        _api.After = (_, _) => asked.TrySetResult() ? answer.Task : Task.CompletedTask;
        var a = Start("a");
        await asked.Task.Bounded();
        _api.Hold("c");

        // Many times as long as the package waits. If it were not enough, the test would still pass.
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        requests.ShouldBe(1, "one at a time");
        answer.SetResult();
        await _api.NextAsync("GET a");

        _api.Holder.ShouldBe("c");
        a.Leading.Task.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Times_of_whole_seconds_are_written_with_a_fraction()
    {
        _api.Hold(
            "a", ",\"acquireTime\":\"2026-01-01T00:00:00.000000Z\",\"renewTime\":\"2026-01-01T00:00:00.000000Z\"");

        var a = Start("a");
        await a.Leading.Task.Bounded();
        await _api.NextAsync("PUT a");
        await a.StopAsync();

        _api.Holder.ShouldBeNull("the clock of the test shows whole seconds, and the release was accepted");
    }

    [Fact]
    public async Task Work_ending_on_its_own_ends_election_with_error()
    {
        var a = Start("a", Task.FromException(new InvalidOperationException("the work failed")), ignoreTerm: true);

        (await Should.ThrowAsync<InvalidOperationException>(a.Running.Bounded())).Message.ShouldBe("the work failed");
        _api.Holder.ShouldBeNull();
        _api.DurationSeconds.ShouldBe(1);
        _candidates.Remove(a);
    }

    [Fact]
    public async Task Log_tells_who_leads_waits_and_releases()
    {
        var logs = new WorldLogs();
        var a = Start(Electors.Options("a"), loggers: logs);
        await a.Leading.Task.Bounded();
        var b = Start(Electors.Options("b"), loggers: logs);
        await Wait.UntilAsync(() => logs.Lines.Count > 1);
        await a.StopAsync();
        await b.Leading.Task.Bounded();
        await b.StopAsync();

        logs.Lines.ShouldBe(
            [
                "Information a now leads (lease ops/operator). ",
                "Information Waiting for lease ops/operator, which is held by a. ",
                "Information a released lease ops/operator. ",
                "Information b now leads (lease ops/operator). ",
                "Information b released lease ops/operator. ",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Status_of_the_leader_is_measured()
    {
        var name = $"l{Guid.NewGuid():N}";
        var (measured, status) = (0, 0);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "leader_election_master_status")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) =>
        {
            if (name.Equals(tags[0].Value))
            {
                (measured, status) = (measured + 1, status + value);
            }
        });
        listener.Start();

        var a = Start(Electors.Options("a") with { LeaseName = name });
        measured.ShouldBeGreaterThan(0, "an alert needs the series of a process that never led");
        await a.Leading.Task.Bounded();
        status.ShouldBe(1);
        await a.StopAsync();

        status.ShouldBe(0);
    }

    private async Task IsTakenOnlyAfterAsync(Candidate b, int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
        await _api.NextAsync("GET b");
        b.Leading.Task.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));

        await b.Leading.Task.Bounded();
    }

    private Candidate Start(string identity, Task? work = null, bool ignoreTerm = false) =>
        Start(Electors.Options(identity), work, ignoreTerm);

    private Candidate Start(
        LeaderElectionOptions options, Task? work = null, bool ignoreTerm = false, ILoggerFactory? loggers = null)
    {
        var candidate = new Candidate(Electors.Of(_api, _time, options, loggers), work, ignoreTerm);
        _candidates.Add(candidate);
        return candidate;
    }
}
