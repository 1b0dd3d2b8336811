using System.Collections.Concurrent;
using Drydock.Clients.Kubernetes.Health;
using Drydock.Clients.Kubernetes.Watching;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>
/// An API server that sends no bookmark to the watch of a kind that nobody writes, as those do whose etcd notifies of
/// progress every ten minutes.
/// </summary>
public sealed class QuietClusterTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly WorldLogs _logs = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private FakeApiServer _server = null!;
    private KubernetesClient _client = null!;
    private volatile string? _event;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        _server.Otherwise(AnswerAsync);
        _client =
            _server.Client(new KubernetesClientOptions { RequestTimeout = Timeout.InfiniteTimeSpan }, time: _time);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _stop.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task Hour_of_unused_kinds_fails_no_probe_and_logs_nothing()
    {
        var watchers = Enumerable.Range(0, 3)
            .Select(_ => new ResourceWatcher<Widget>(_client, null, _time, _logs.Of<ResourceWatcher<Widget>>()))
            .ToList();
        var seen = new ConcurrentQueue<DateTimeOffset>();
        watchers.ForEach(w => w.Cache.Subscribe(_ => seen.Enqueue(_time.GetUtcNow())));
        var running = watchers.ConvertAll(w => w.RunAsync(_stop.Token));
        await QuietAsync(watchers.Count);

        for (var second = 0; second < 3600; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await QuietAsync(watchers.Count);
            HealthChecks.Live(watchers).Status.ShouldBe(HealthStatus.Healthy);
            HealthChecks.Ready(watchers).Status.ShouldBe(HealthStatus.Healthy);
        }

        lock (_logs.Lines)
        {
            _logs.Lines.Where(
                l =>
                    l.StartsWith("Warning", StringComparison.Ordinal)
                        || l.StartsWith("Error", StringComparison.Ordinal)).ShouldBeEmpty();
        }

        // Renewed when idle, listed at each resync, and nothing beyond that.
        _requests.Count(r => r.Contains("watch=true", StringComparison.Ordinal)).ShouldBeInRange(3 * 24, 3 * 31);
        _requests.Count(r => !r.Contains("watch=true", StringComparison.Ordinal)).ShouldBe(3 * 7);

        // The clock stands: no pause is between the object and those who wait for it.
        seen.ShouldBeEmpty();
        _event = FakeApiServer.Event("ADDED", FakeApiServer.Widget("new", "99"));
        await Wait.UntilAsync(() => seen.Count == watchers.Count);

        await _stop.CancelAsync();
        await Task.WhenAll(running).Bounded();
    }

    // Every watcher has an accepted watch: the only timers are those that renew the silent ones.
    private Task QuietAsync(int watchers) => Wait.UntilAsync(() => _time.Timers == watchers);

    private async Task AnswerAsync(HttpContext context)
    {
        _requests.Enqueue($"{context.Request.Path}{context.Request.QueryString}");
        if (!context.Request.QueryString.Value!.Contains("watch=true", StringComparison.Ordinal))
        {
            await FakeApiServer.Stream(StreamEnd.Clean, FakeApiServer.List("10"))(context);
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        try
        {
            while (_event is null)
            {
                await Task.Delay(1, context.RequestAborted);
            }

            await context.Response.WriteAsync(_event);
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client has ended the watch.
        }
    }
}
