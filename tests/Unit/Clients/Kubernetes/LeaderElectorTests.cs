using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Kubernetes.Leadership;
using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Support;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class LeaderElectorTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly InMemoryApi _api;
    private readonly List<Candidate> _candidates = [];

    public LeaderElectorTests() => _api = new InMemoryApi(WorldJson.Crds, _time);

    public async ValueTask DisposeAsync()
    {
        _api.Before = null;
        foreach (var candidate in _candidates)
        {
            await candidate.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_free_lease_is_taken_at_once()
    {
        var a = Start("a");
        await a.Leading.Task.Bounded();

        a.Elector.IsLeader.ShouldBeTrue();
        a.Elector.EnsureMayAct(TimeSpan.FromSeconds(5));
        var lease = await LeaseAsync();
        lease.Spec.HolderIdentity.ShouldBe("a");
        lease.Spec.LeaseDurationSeconds.ShouldBe(15);
    }

    [Fact]
    public async Task Nobody_may_act_before_leading_or_after()
    {
        var elector = Electors.Of(_api, _time, Electors.Options("x"));
        elector.IsLeader.ShouldBeFalse();
        elector.Lost.IsCancellationRequested.ShouldBeTrue();
        Should.Throw<NotLeaderException>(() => elector.EnsureMayAct(TimeSpan.Zero));

        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        await a.StopAsync();

        term.IsCancellationRequested.ShouldBeTrue();
        Should.Throw<NotLeaderException>(() => a.Elector.EnsureMayAct(TimeSpan.Zero));
    }

    [Fact]
    public async Task Released_lease_is_taken_immediately()
    {
        var a = Start("a");
        await a.Leading.Task.Bounded();
        var b = Start("b");
        await Wait.UntilAsync(() => _api.Watchers == 1);

        await a.StopAsync();

        await b.Leading.Task.Bounded();
        var lease = await LeaseAsync();
        lease.Spec.HolderIdentity.ShouldBe("b");
        lease.Spec.LeaseTransitions.ShouldBe(1);
    }

    [Fact]
    public async Task Lease_is_released_only_after_work_ended()
    {
        var work = new TaskCompletionSource();
        var a = Start("a", work.Task);
        var term = await a.Leading.Task.Bounded();
        var b = Start("b");
        await Wait.UntilAsync(() => _api.Watchers == 1);

        var stopping = a.StopAsync();
        await Wait.UntilAsync(() => term.IsCancellationRequested);
        await _time.AdvanceToTimerAsync(IsRenewal).Bounded();
        a.Elector.IsLeader.ShouldBeFalse();
        b.Leading.Task.IsCompleted.ShouldBeFalse();
        (await LeaseAsync()).Spec.HolderIdentity.ShouldBe("a");
        work.SetResult();

        await stopping.Bounded();
        await b.Leading.Task.Bounded();
    }

    [Fact]
    public async Task Lease_of_dead_holder_is_taken_after_unchanged_duration()
    {
        await _api.CreateAsync(new V1Lease
        {
            Metadata = new() { Name = "operator", Namespace = "ops" },
            // The clock of the dead one was an hour ahead: it is not believed.
            Spec =
                new() { HolderIdentity = "dead", LeaseDurationSeconds = 15, RenewTime = _time.GetUtcNow().AddHours(1) },
        });
        var b = Start("b");
        await _time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(15)).Bounded();

        _time.Advance(TimeSpan.FromSeconds(14.9));
        b.Leading.Task.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));

        await b.Leading.Task.Bounded();
    }

    [Fact]
    public async Task A_renewed_lease_is_not_taken_however_long_it_lasts()
    {
        var a = Start("a");
        await a.Leading.Task.Bounded();
        var b = Start("b");
        await Wait.UntilAsync(() => _api.Watchers == 1);

        for (var i = 0; i < 30; i++)
        {
            var before = (await LeaseAsync()).Metadata.ResourceVersion;
            await _time.AdvanceToTimerAsync(IsRenewal).Bounded();
            await Wait.UntilAsync(() => LeaseAsync().Result.Metadata.ResourceVersion != before);
        }

        a.Elector.IsLeader.ShouldBeTrue();
        b.Leading.Task.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Leader_without_renewal_stops_before_others_take_over()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        await _time.WaitForTimerAsync(IsRenewal).Bounded();
        _api.Before = r => throw new KubernetesUnreachableException(r, "the network is down");

        _time.Advance(TimeSpan.FromSeconds(9));
        a.Elector.EnsureMayAct(TimeSpan.FromSeconds(6));
        Should.Throw<NotLeaderException>(
            () => a.Elector.EnsureMayAct(TimeSpan.FromSeconds(6.1))).Message.ShouldContain("6.0 s more");
        _time.Advance(TimeSpan.FromSeconds(1));

        a.Elector.IsLeader.ShouldBeFalse();
        Should.Throw<NotLeaderException>(() => a.Elector.EnsureMayAct(TimeSpan.Zero));
        await Wait.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            return term.IsCancellationRequested;
        });
    }

    [Fact]
    public async Task Hanging_request_does_not_extend_leadership()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        await _time.WaitForTimerAsync(IsRenewal).Bounded();
        var hang = new TaskCompletionSource();
        _api.Before = _ => hang.Task;

        await Wait.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            return term.IsCancellationRequested;
        });

        a.Elector.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public async Task Renewal_of_unknown_outcome_is_read_and_term_continues()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        var cut = 0;
        _api.After = r =>
            r.Verb == "update" && cut++ == 0
                ? throw new KubernetesOutcomeUnknownException(r, "cut")
                : Task.CompletedTask;

        for (var i = 0; i < 3; i++)
        {
            var seen = _api.Log.Count(l => l.StartsWith("update", StringComparison.Ordinal));
            await _time.AdvanceToTimerAsync(IsRenewal).Bounded();
            await Wait.UntilAsync(() => _api.Log.Count(l => l.StartsWith("update", StringComparison.Ordinal)) > seen);
        }

        term.IsCancellationRequested.ShouldBeFalse();
        a.Elector.EnsureMayAct(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_lease_taken_by_force_ends_the_term()
    {
        var a = Start("a");
        var term = await a.Leading.Task.Bounded();
        await _time.WaitForTimerAsync(IsRenewal).Bounded();
        var lease = await LeaseAsync();
        await _api.UpdateAsync(lease with { Spec = lease.Spec with { HolderIdentity = "kubectl" } });

        await _time.AdvanceToTimerAsync(IsRenewal).Bounded();

        await Wait.UntilAsync(() => term.IsCancellationRequested);
        a.Elector.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public async Task Work_ending_on_its_own_ends_election_with_error()
    {
        var a = Start("a", Task.FromException(new InvalidOperationException("the work failed")), ignoreTerm: true);

        (await Should.ThrowAsync<InvalidOperationException>(a.Running.Bounded())).Message.ShouldBe("the work failed");
        (await LeaseAsync()).Spec.HolderIdentity.ShouldBeNull();
    }

    [Fact]
    public void Times_that_cannot_work_are_refused() =>
        Should.Throw<ArgumentException>(
            () => Electors.Of(_api, _time, Electors.Options("a") with { RenewDeadline = TimeSpan.FromSeconds(15) }));

    private static bool IsRenewal(TimeSpan due) => due == TimeSpan.FromSeconds(2);

    private async Task<V1Lease> LeaseAsync() => (await _api.GetAsync<V1Lease>("operator", "ops"))!;

    private Candidate Start(string identity, Task? work = null, bool ignoreTerm = false)
    {
        var candidate = new Candidate(Electors.Of(_api, _time, Electors.Options(identity)), work, ignoreTerm);
        _candidates.Add(candidate);
        return candidate;
    }

    private sealed class Candidate : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public Candidate(LeaderElector elector, Task? work, bool ignoreTerm)
        {
            Elector = elector;
            Running = elector.RunAsync(
                async term =>
                {
                    Leading.TrySetResult(term);
                    if (!ignoreTerm)
                    {
                        await Task.Delay(Timeout.Infinite, term).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    }

                    await (work ?? Task.CompletedTask);
                },
                _stop.Token);
        }

        public LeaderElector Elector { get; }

        public Task Running { get; }

        public TaskCompletionSource<CancellationToken> Leading { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Running.Bounded();
        }

        public async ValueTask DisposeAsync()
        {
            if (!Running.IsCompleted)
            {
                await StopAsync();
            }

            _stop.Dispose();
        }
    }
}
