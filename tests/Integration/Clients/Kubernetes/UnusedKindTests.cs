using System.Threading.Channels;
using Drydock.Clients.Kubernetes.Health;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Clients.Kubernetes.Watching;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Drydock.Tests.Integration.Clients.Kubernetes;

/// <summary>A kind that nobody uses, watched on a real API server of the lab: neither sends bookmarks for it.</summary>
public sealed class UnusedKindTests(LabFixture lab)
{
    private const int Renewals = 5;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unused_kind_on_old_server_is_watched_without_warning()
    {
        using var world = await KubeWorld.CreateAsync(await lab.ControlPlaneAsync());

        await WatchAsync(world.Client, world);
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Unused_kind_on_current_server_is_watched_without_warning()
    {
        var server = await lab.CrdServerAsync();
        var plane = await lab.ControlPlaneAsync();
        using var world = await KubeWorld.CreateAsync(plane);
        await server.ApplyCrdAsync("widgets.test.drydock.dev", KubeWorld.Crd, Token);
        var configuration = new k8s.KubernetesClientConfiguration
        {
            Host = server.Server,
            SkipTlsVerify = true,
            AccessToken = plane.AdminToken,
        };
        using var client = new KubernetesClient(configuration, KubernetesJson.CreateOptions(WidgetContext.Default));

        await WatchAsync(client, world);
    }

    private static async Task WatchAsync(KubernetesClient client, KubeWorld world)
    {
        using var log = new RenewalLog();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var seen = Channel.CreateUnbounded<string>();
        var options =
            new ResourceWatcherOptions { Namespaces = [world.Namespace], IdleLimit = TimeSpan.FromSeconds(1) };
        var watcher = new ResourceWatcher<Widget>(
            client, options, TimeProvider.System, new Logger<ResourceWatcher<Widget>>(log));
        using var subscription = watcher.Cache.Subscribe(
            change => seen.Writer.TryWrite($"{change.Type} {change.Object.Metadata.Name}"));
        var running = watcher.RunAsync(stop.Token);
        for (var i = 0; i < Renewals; i++)
        {
            await log.Renewed.Reader.ReadAsync(Token);
            HealthChecks.Live([watcher]).Status.ShouldBe(HealthStatus.Healthy);
            HealthChecks.Ready([watcher]).Status.ShouldBe(HealthStatus.Healthy);
        }

        await client.CreateAsync(world.Widget("new"), Token);

        (await seen.Reader.ReadAsync(Token)).ShouldBe("Added new");

        // A server that got the kind a moment ago answers 429 until its storage is ready.
        log.Warnings.Where(w => !w.Contains("storage is (re)initializing", StringComparison.Ordinal)).ShouldBeEmpty();
        await stop.CancelAsync();
        await running;
    }

    /// <summary>What the watch says while it is quiet.</summary>
    private sealed class RenewalLog : ILoggerFactory, ILogger
    {
        public Channel<string> Renewed { get; } = Channel.CreateUnbounded<string>();

        public System.Collections.Concurrent.ConcurrentQueue<string> Warnings { get; } = new();

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("one log is enough");

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var line = formatter(state, exception);
            if (logLevel >= LogLevel.Warning)
            {
                Warnings.Enqueue(line);
            }
            else if (eventId.Name == "Renewed")
            {
                Renewed.Writer.TryWrite(line);
            }
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
