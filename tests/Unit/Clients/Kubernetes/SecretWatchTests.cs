using Drydock.Clients.Kubernetes.Health;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Operator.Metrics;
using Drydock.Tests.Unit.Operator.Metrics;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

[Collection("Scrape")]
public sealed class SecretWatchTests : IAsyncDisposable
{
    private static readonly ControllerOptions OneWorker = new() { Workers = 1 };
    private readonly RuntimeWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Only_changes_of_referenced_secrets_wake_the_object()
    {
        var secrets = new SecretWatch<Widget>(
            _world.Api, _world.Watcher.Cache, w => w.Spec.Secrets, _world.Time, NullLoggerFactory.Instance);
        await _world.Api.CreateAsync(Widget.Named("a") with { Spec = new() { Secrets = ["s1"] } });
        _world.Start(secrets, OneWorker);
        (await _world.NextAsync()).ShouldBe("a@101");

        await _world.Api.CreateAsync(Secret("s1"));
        (await _world.NextAsync()).ShouldBe("a@101");
        await _world.Api.PatchAsync<V1Secret>(JsonNode.Parse("""{"data":{"k":"Yg=="}}""")!.AsObject(), "s1");
        (await _world.NextAsync()).ShouldBe("a@101");
        await _world.Api.DeleteAsync<V1Secret>("s1");
        (await _world.NextAsync()).ShouldBe("a@101");

        await _world.Api.CreateAsync(Secret("unrelated"));
        (await _world.NextAfterMarkerAsync("marker")).ShouldStartWith("marker");
    }

    [Fact]
    public async Task Secret_is_watched_once_and_only_while_referenced()
    {
        var secrets = new SecretWatch<Widget>(
            _world.Api, _world.Watcher.Cache, w => w.Spec.Secrets, _world.Time, NullLoggerFactory.Instance);
        await _world.Api.CreateAsync(Widget.Named("a") with { Spec = new() { Secrets = ["s1"] } });
        await _world.Api.CreateAsync(Widget.Named("b") with { Spec = new() { Secrets = ["s1"] } });
        _world.Start(secrets, OneWorker);
        await Wait.UntilAsync(() => _world.Api.Watchers == 2);

        await Patch("a", """{"spec":{"secrets":[]}}""");
        await _world.NextAsync();
        await _world.NextAsync();
        await _world.NextAsync();
        _world.Api.Watchers.ShouldBe(2);
        await _world.Api.DeleteAsync<Widget>("b");

        await Wait.UntilAsync(() => _world.Api.Watchers == 1);
        secrets.Age.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Namespace_watches_stay_within_limit_and_free_one_is_used()
    {
        var logs = new WorldLogs();
        const int Most = SecretWatch<Widget>.MaxPerNamespace;
        var secrets = new SecretWatch<Widget>(_world.Api, _world.Watcher.Cache, w => w.Spec.Secrets, _world.Time, logs);
        await _world.Api.CreateAsync(
            Widget.Named("a") with { Spec = new() { Secrets = [.. Enumerable.Range(0, Most).Select(i => $"s{i}")] } });
        _world.Start(secrets, OneWorker);
        await Wait.UntilAsync(() => _world.Api.Watchers == Most + 1);
        await _world.Api.CreateAsync(Widget.Named("b") with { Spec = new() { Secrets = ["late", "later"] } });
        await _world.Api.CreateAsync(Widget.Named("c", "elsewhere") with { Spec = new() { Secrets = ["s"] } });
        await Wait.UntilAsync(() => _world.Api.Watchers == Most + 2);
        lock (logs.Lines)
        {
            logs.Lines.Count(l => l.Contains("more than 256 Secrets", StringComparison.Ordinal)).ShouldBe(1);
        }

        await _world.Api.DeleteAsync<Widget>("a");

        await Wait.UntilAsync(() => _world.Api.Watchers == 4);
    }

    [Fact]
    public async Task Probes_and_metrics_name_no_Secret()
    {
        using var metrics = new PrometheusMetrics();
        var secrets = new SecretWatch<Widget>(
            _world.Api, _world.Watcher.Cache, w => w.Spec.Secrets, _world.Time, NullLoggerFactory.Instance);
        await _world.Api.CreateAsync(Widget.Named("a") with { Spec = new() { Secrets = ["the-name"] } });
        _world.Api.Before = r =>
            r is { Verb: "list", Resource: "secrets" }
                ? throw new KubernetesUnreachableException(r, "away, the-name")
                : Task.CompletedTask;
        _world.Start(secrets, OneWorker);
        await Wait.UntilAsync(() => secrets.Problem is not null);

        var ready = HealthChecks.Ready([_world.Watcher, secrets]);
        ready.Description.ShouldBeWorded();
        ready.Description!.ShouldNotContain("the-name");
        _world.Api.Before = null;
        await _world.Time.AdvanceToTimerAsync(due => due < TimeSpan.FromSeconds(1)).Bounded();
        await Wait.UntilAsync(() => secrets.HasSynced);
        await _world.Api.CreateAsync(Secret("the-name"));
        await Wait.UntilAsync(
            () =>
                Scrape.Text(metrics).Contains(
                    "drydock_watch_events_total{resource=\"secrets\"", StringComparison.Ordinal));

        Scrape.Text(metrics).ShouldNotContain("the-name");
    }

    private static V1Secret Secret(string name) =>
        new()
        {
            Metadata = new() { Name = name, Namespace = "default" },
            Data = new Dictionary<string, byte[]> { ["k"] = "a"u8.ToArray() }
        };

    private Task<Widget> Patch(string name, string patch) =>
        _world.Api.PatchAsync<Widget>(JsonNode.Parse(patch)!.AsObject(), name);
}
