using System.Threading.Channels;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Kubernetes.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drydock.Tests.Integration.Clients.Kubernetes;

/// <summary>Watches on a real API server that restarts, forgets, and falls silent.</summary>
public sealed class WatchTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_misses_nothing_across_API_server_kill()
    {
        await using var plane = await ControlPlane.StartAsync(
            await lab.RunAsync(), new ControlPlaneOptions { Name = "kubewatch", Controllers = false }, Token);
        using var world = await KubeWorld.CreateAsync(plane);
        await using var watch = await Watch.StartAsync(world.Client, world.Namespace);
        await world.Client.CreateAsync(Map(world, "before"), Token);
        (await watch.NextAsync()).ShouldBe("Added before");

        await plane.ApiServer.KillAsync();
        await plane.StartApiServerAsync(Token);
        using var other = KubeWorld.ClientFor(plane.AdminKubeconfig);
        await other.DeleteAsync<V1ConfigMap>("before", world.Namespace, cancellationToken: Token);
        await other.CreateAsync(Map(world, "after"), Token);

        (await watch.NextAsync()).ShouldBe("Deleted before");
        (await watch.NextAsync()).ShouldBe("Added after");

        // A server that has just started keeps no old versions.
        await Should.ThrowAsync<KubernetesGoneException>(async () =>
        {
            await foreach (var _ in world.Client.WatchAsync<V1ConfigMap>(
                world.Namespace, new WatchOptions { ResourceVersion = "1" }, Token))
            {
                break;
            }
        });
    }

    [Fact]
    public async Task Half_open_watch_is_detected_and_missed_events_are_seen()
    {
        using var world = await KubeWorld.CreateAsync(await lab.ControlPlaneAsync());
        await using var folder = new Lab.ScratchFolder();
        await using var proxy = new KubeFaultProxy(await lab.RunAsync(), world.Plane);
        using var client = KubeWorld.ClientFor(proxy.WriteAdminKubeconfig(folder.File("proxy.kubeconfig")));
        await using var watch = await Watch.StartAsync(
            client, world.Namespace, new ResourceWatcherOptions { IdleLimit = TimeSpan.FromSeconds(2) });
        await Deadline.UntilAsync(
            "the watch is open", _ => Task.FromResult(proxy.OpenWatches == 1), cancellationToken: Token);
        proxy.SilenceWatches();

        await world.Client.CreateAsync(Map(world, "missed"), Token);

        (await watch.NextAsync()).ShouldBe("Added missed");
    }

    [Fact]
    public async Task Cut_network_is_detected_by_pings_on_idle_watch()
    {
        await using var plane = await ControlPlane.StartAsync(
            await lab.RunAsync(), new ControlPlaneOptions { Name = "kubecut", Controllers = false }, Token);
        using var world = await KubeWorld.CreateAsync(plane);
        await using var watch = await Watch.StartAsync(
            world.Client, world.Namespace, new ResourceWatcherOptions { IdleLimit = TimeSpan.FromHours(1) });

        await plane.Namespace.CutNetworkAsync(Token);
        await Deadline.UntilAsync(
            "the watch to notice", _ => Task.FromResult(watch.Watcher.Problem is not null), cancellationToken: Token);
        await plane.Namespace.RestoreNetworkAsync(Token);
        using var other = KubeWorld.ClientFor(plane.AdminKubeconfig);
        await other.CreateAsync(Map(world, "after"), Token);

        (await watch.NextAsync()).ShouldBe("Added after");
        watch.Watcher.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task Watch_with_repeatedly_cut_connections_misses_no_event()
    {
        using var world = await KubeWorld.CreateAsync(await lab.ControlPlaneAsync());
        await using var folder = new Lab.ScratchFolder();
        await using var proxy = new KubeFaultProxy(await lab.RunAsync(), world.Plane);
        using var client = KubeWorld.ClientFor(proxy.WriteAdminKubeconfig(folder.File("proxy.kubeconfig")));
        await using var watch = await Watch.StartAsync(client, world.Namespace);

        for (var i = 0; i < 10; i++)
        {
            proxy.Refuse();
            proxy.CutAll();
            await world.Client.CreateAsync(Map(world, $"m{i}"), Token);
            proxy.Accept();
            (await watch.NextAsync()).ShouldBe($"Added m{i}");
        }
    }

    [Fact]
    public async Task Metadata_watch_never_contains_secret_values()
    {
        using var world = await KubeWorld.CreateAsync(await lab.ControlPlaneAsync());
        var version = (await world.Client.ListAsync<V1Secret>(
            world.Namespace, cancellationToken: Token)).ResourceVersion;
        await world.Client.CreateAsync(
            new V1Secret
            {
                Metadata = new() { Name = "s", Namespace = world.Namespace },
                Data = new Dictionary<string, byte[]> { ["k"] = "v"u8.ToArray() }
            },
            Token);

        await foreach (var e in world.Client.WatchAsync<V1Secret>(
            world.Namespace,
            new WatchOptions { ResourceVersion = version, MetadataOnly = true, FieldSelector = "metadata.name=s" },
            Token))
        {
            e.Object!.Metadata.Name.ShouldBe("s");
            e.Object.Data.ShouldBeNull();
            break;
        }
    }

    private static V1ConfigMap Map(KubeWorld world, string name) =>
        new() { Metadata = new() { Name = name, Namespace = world.Namespace } };

    private sealed class Watch : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Channel<string> _changes = Channel.CreateUnbounded<string>();
        private readonly Task _running;

        private Watch(KubernetesClient client, string ns, ResourceWatcherOptions? options)
        {
            Watcher = new ResourceWatcher<V1ConfigMap>(
                client,
                (options ?? new()) with
                {
                    Namespaces = [ns],
                    Backoff = new() { First = TimeSpan.FromMilliseconds(50), Max = TimeSpan.FromMilliseconds(500) }
                },
                TimeProvider.System,
                NullLogger<ResourceWatcher<V1ConfigMap>>.Instance);
            Watcher.Cache.Subscribe(c => _changes.Writer.TryWrite($"{c.Type} {c.Object.Metadata.Name}"));
            _running = Watcher.RunAsync(_stop.Token);
        }

        public ResourceWatcher<V1ConfigMap> Watcher { get; }

        public static async Task<Watch> StartAsync(
            KubernetesClient client, string ns, ResourceWatcherOptions? options = null)
        {
            var watch = new Watch(client, ns, options);
            await watch.Watcher.Cache.WaitForSyncAsync(Token);
            return watch;
        }

        /// <summary>
        /// The next change, the root authority aside that a controller puts into every namespace of newer servers.
        /// </summary>
        public async Task<string> NextAsync()
        {
            while (true)
            {
                var change = await _changes.Reader.ReadAsync(Token).AsTask().WaitAsync(Deadline.Default, Token);
                if (!change.EndsWith("kube-root-ca.crt", StringComparison.Ordinal))
                {
                    return change;
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
        }
    }
}
