using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Leadership;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drydock.Tests.Integration.Clients.Kubernetes;

/// <summary>Two operators and one lease on a real API server.</summary>
public sealed class LeadershipTests(LabFixture lab) : IAsyncLifetime
{
    private KubeWorld _world = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await KubeWorld.CreateAsync(await lab.ControlPlaneAsync());

    public ValueTask DisposeAsync()
    {
        _world.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Successor_leads_after_leader_releases_lease()
    {
        // A lease that no test outlives: only the release can make the successor lead.
        var times =
            Options("x") with { LeaseDuration = TimeSpan.FromHours(1), RenewDeadline = TimeSpan.FromMinutes(30) };
        await using var first = new Candidate(_world.Plane.AdminKubeconfig, times with { Identity = "first" });
        await first.Leading.WaitAsync(Token);
        await using var second = new Candidate(_world.Plane.AdminKubeconfig, times with { Identity = "second" });
        await Deadline.UntilAsync(
            "the second has seen the first", _ => Task.FromResult(second.Seen == "first"), cancellationToken: Token);

        await first.StopAsync();

        await second.Leading.WaitAsync(Deadline.Default, Token);
        (await LeaseAsync()).Spec.HolderIdentity.ShouldBe("second");
    }

    [Fact]
    public async Task Successor_leads_only_after_leader_term_has_expired()
    {
        await using var folder = new Lab.ScratchFolder();
        await using var proxy = new KubeFaultProxy(await lab.RunAsync(), _world.Plane);
        var cutOff = proxy.WriteAdminKubeconfig(folder.File("proxy.kubeconfig"));
        await using var first = new Candidate(cutOff, Options("first"));
        var term = await first.Leading.WaitAsync(Token);
        await using var second = new Candidate(_world.Plane.AdminKubeconfig, Options("second"));
        await Deadline.UntilAsync(
            "the second has seen the first", _ => Task.FromResult(second.Seen == "first"), cancellationToken: Token);

        proxy.Freeze();
        var overlap = 0;
        while (!second.Leading.IsCompleted)
        {
            overlap += first.MayAct() && second.Elector.IsLeader ? 1 : 0;
            await Task.WhenAny(second.Leading, Task.Delay(1, Token));
        }

        overlap.ShouldBe(0);
        first.MayAct().ShouldBeFalse();
        first.Elector.IsLeader.ShouldBeFalse();
        await Deadline.UntilAsync(
            "the first knows that its term is over", _ => Task.FromResult(term.IsCancellationRequested),
            cancellationToken: Token);
        (await LeaseAsync()).Spec.HolderIdentity.ShouldBe("second");

        proxy.Thaw();
        await second.StopAsync();
        await Deadline.UntilAsync(
            "the first leads again after the second has stopped", _ => Task.FromResult(first.Elector.IsLeader),
            cancellationToken: Token);
    }

    [Fact]
    public async Task Only_one_of_many_candidates_leads_at_any_time()
    {
        var leading = 0;
        var most = 0;
        var terms = 0;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            using var elector = Elector(_world.Plane.AdminKubeconfig, Options($"c{i}"));
            await elector.RunAsync(
                async _ =>
                {
                    InterlockedMax(ref most, Interlocked.Increment(ref leading));
                    elector.EnsureMayAct(TimeSpan.Zero);
                    await _world.Client.GetAsync<V1Lease>("operator", _world.Namespace, Token);
                    Interlocked.Increment(ref terms);
                    Interlocked.Decrement(ref leading);
                },
                Token);
        }));

        (most, terms).ShouldBe((1, 6));
    }

    [Fact]
    public Task Two_electors_never_act_at_the_same_time() => RunTwoAsync(TimeSpan.FromSeconds(25));

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public Task Two_electors_never_act_at_the_same_time_for_an_hour() => RunTwoAsync(TimeSpan.FromHours(1));

    // The connection of each freezes now and then, for less or for more than the deadline.
    private async Task RunTwoAsync(TimeSpan duration)
    {
        await using var folder = new Lab.ScratchFolder();
        await using var proxyOfA = new KubeFaultProxy(await lab.RunAsync(), _world.Plane, name: "kube-a");
        await using var proxyOfB = new KubeFaultProxy(await lab.RunAsync(), _world.Plane, name: "kube-b");
        var times = Options("x") with
        {
            LeaseDuration = TimeSpan.FromSeconds(3),
            RenewDeadline = TimeSpan.FromSeconds(2),
            RetryPeriod = TimeSpan.FromMilliseconds(300),
        };
        await using var a = new Candidate(
            proxyOfA.WriteAdminKubeconfig(folder.File("a")), times with { Identity = "a" });
        await using var b = new Candidate(
            proxyOfB.WriteAdminKubeconfig(folder.File("b")), times with { Identity = "b" });
        var looks = 0;
        using var end = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            var overlaps = 0;
            for (; !end.IsCancellationRequested; looks++)
            {
                // A may act at the first and at the last look, so it may act at the one in between.
                overlaps += a.MayAct() && b.MayAct() && a.MayAct() ? 1 : 0;
                await Task.Delay(1, CancellationToken.None);
            }

            return overlaps;
        });
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 2 || TimeProvider.System.GetElapsedTime(began) < duration; i++)
        {
            await Deadline.UntilAsync(
                "one of them leads", _ => Task.FromResult(a.MayAct() || b.MayAct()), cancellationToken: Token);
            var (leader, proxy) = a.MayAct() ? (a, proxyOfA) : (b, proxyOfB);
            var other = leader == a ? b : a;
            proxy.Freeze();
            if (i % 2 == 0)
            {
                await Deadline.UntilAsync(
                    "the other one leads", _ => Task.FromResult(other.MayAct()), cancellationToken: Token);
            }
            else
            {
                await Task.Delay(times.RenewDeadline / 2, Token);
            }

            proxy.Thaw();
            await Task.Delay(times.RetryPeriod, Token);
        }

        await end.CancelAsync();
        (await watching).ShouldBe(0);
        looks.ShouldBeGreaterThan(1000);
        (a.Terms + b.Terms).ShouldBeGreaterThan(1);
    }

    private static LeaderElector Elector(string kubeconfig, LeaderElectionOptions options) => new(
        PackageClient.Create(
            KubeConfig.BuildConfigFromConfigFile(kubeconfig), new KubernetesClientOptions(), TimeProvider.System),
        options,
        TimeProvider.System,
        NullLoggerFactory.Instance);

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref target);
        }
        while (value > seen && Interlocked.CompareExchange(ref target, value, seen) != seen);
    }

    private LeaderElectionOptions Options(string identity) => new()
    {
        LeaseName = "operator",
        Namespace = _world.Namespace,
        Identity = identity,
        LeaseDuration = TimeSpan.FromSeconds(6),
        RenewDeadline = TimeSpan.FromSeconds(4),
        RetryPeriod = TimeSpan.FromSeconds(1),
    };

    private async Task<V1Lease> LeaseAsync() =>
        (await _world.Client.GetAsync<V1Lease>("operator", _world.Namespace, Token))!;

    private sealed class Candidate : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource<CancellationToken> _leading = new(
            TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _running;

        public Candidate(string kubeconfig, LeaderElectionOptions options)
        {
            Elector = LeadershipTests.Elector(kubeconfig, options with
            {
                HasEnded = holder =>
                {
                    Seen = holder;
                    return false;
                },
            });
            _running = Elector.RunAsync(
                async term =>
                {
                    Terms++;
                    _leading.TrySetResult(term);
                    await Task.Delay(Timeout.Infinite, term).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                },
                _stop.Token);
        }

        public LeaderElector Elector { get; }

        public int Terms { get; private set; }

        /// <summary>The other holder that was seen last.</summary>
        public string? Seen { get; private set; }

        public Task<CancellationToken> Leading => _leading.Task;

        public bool MayAct()
        {
            try
            {
                Elector.EnsureMayAct(TimeSpan.Zero);
                return true;
            }
            catch (NotLeaderException)
            {
                return false;
            }
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _running;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            Elector.Dispose();
            _stop.Dispose();
        }
    }
}
