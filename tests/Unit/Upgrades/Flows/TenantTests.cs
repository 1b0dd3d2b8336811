using System.Collections.Concurrent;
using Drydock.Crds.Controllers;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.Kubernetes.Watching;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>Objects whose targets hang keep no worker of the controller: those of other namespaces advance.</summary>
public sealed class TenantTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly ConcurrentDictionary<string, ToyRunTruth> _truths = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeKubernetes _api;
    private Task _running = Task.CompletedTask;

    public TenantTests() => _api = new FakeKubernetes(
        KubernetesJson.CreateOptions(ToyRunContext.Default, Drydock.Crds.CrdsJsonContext.Default), _time);

    [Theory]
    [InlineData(nameof(IRunTargets.PreflightAsync))]
    [InlineData(nameof(IRunTargets.FindBlockerAsync))]
    public async Task Four_hanging_objects_in_each_of_four_namespaces_stop_no_other(string silent)
    {
        foreach (var (space, i) in Enumerable.Range(0, 16).Select(n => ($"tenant{n / 4}", n % 4)))
        {
            await CreateAsync(space, $"hangs{i}", silent);
        }

        Start();
        await UntilAsync(() => _truths.Values.Sum(t => t.Waiting) == 16, "all hang");
        await CreateAsync("other", "up", silent: null);
        await UntilAsync(() => PhaseOf("other", "up") == RunPhases.Succeeded, "it succeeds");
        _truths.Values.Sum(t => t.Waiting).ShouldBe(16, "the others hang still");
    }

    [Fact]
    public async Task At_most_eight_passes_of_a_namespace_run_at_once()
    {
        for (var i = 0; i < 20; i++)
        {
            await CreateAsync("tenant", $"hangs{i}", nameof(IRunTargets.PreflightAsync));
        }

        Start();
        await UntilAsync(() => _truths.Values.Sum(t => t.Waiting) == 8, "eight run");
        await CreateAsync("other", "up", silent: null);
        await UntilAsync(() => PhaseOf("other", "up") == RunPhases.Succeeded, "it succeeds");
        _truths.Values.Sum(t => t.Waiting).ShouldBe(8);
        foreach (var truth in _truths.Values)
        {
            truth.Silent = null;
        }

        // The passes that hang end with their limit, and the others follow.
        await UntilAsync(
            () => Enumerable.Range(0, 20).All(i => PhaseOf("tenant", $"hangs{i}") == RunPhases.Succeeded), "all end",
            most: 4000);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.Bounded();
        _stop.Dispose();
    }

    private void Start()
    {
        var trigger = new Trigger();
        RunController<ToyRun>? controller = null;
        var watcher = new ResourceWatcher<ToyRun>(
            _api, null, _time, NullLogger<ResourceWatcher<ToyRun>>.Instance, run => controller!.Reduce(run));
        var writer = new EntityWriter<ToyRun>(_api, watcher.Cache.Observe);
        var services = new ControllerServices
        {
            Kubernetes = _api,
            Claims = new TargetClaims(_api, "drydock", _time, new Leads()),
            Fence = new Leads(),
            Events = new WorldEvents(),
            Time = _time,
            Loggers = NullLoggerFactory.Instance,
        };
        controller = new RunController<ToyRun>(new ToyRunKind(new ToyRunTruth(), TruthOf), services, writer, trigger);
        trigger.Host = new ControllerHost<ToyRun>(
            watcher.Cache, writer, controller, null, _time, NullLogger<ControllerHost<ToyRun>>.Instance)
        {
            IsInert = controller.StaysInert
        };
        _running = Task.WhenAll(watcher.RunAsync(_stop.Token), trigger.Host.RunAsync(_stop.Token));
    }

    private ToyRunTruth TruthOf(RunObject run) => _truths[$"{run.Metadata.Namespace}/{run.Metadata.Name}"];

    private async Task CreateAsync(string space, string name, string? silent)
    {
        _truths[$"{space}/{name}"] = new ToyRunTruth { Target = $"{space}/{name}", Silent = silent };
        await _api.CreateAsync(new ToyRun
        {
            Kind = "ToyRun",
            Metadata = new V1ObjectMeta { Name = name, Namespace = space, Generation = 1 },
            Spec = new ToyRunSpec { Approval = ApprovalPolicy.Automatic, HoldBefore = [] },
        });
    }

    private string? PhaseOf(string space, string name) =>
        _api.GetAsync<ToyRun>(name, space).GetAwaiter().GetResult()?.Status?.Phase;

    private async Task UntilAsync(Func<bool> condition, string what, int most = 500)
    {
        for (var i = 0; !condition(); i++)
        {
            i.ShouldBeLessThan(most, what);
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private sealed class Trigger : IReconcileTrigger
    {
        public ControllerHost<ToyRun>? Host { get; set; }

        public void Wake(string? @namespace, string name) => Host?.Wake(@namespace, name);
    }

    private sealed class Leads : IActFence
    {
        public void EnsureMayAct()
        {
        }
    }
}
