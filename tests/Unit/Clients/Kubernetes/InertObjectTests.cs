using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.Kubernetes.Watching;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>Objects that need nothing: what the cache keeps of them, and when they are reconciled.</summary>
public sealed class InertObjectTests : IAsyncDisposable
{
    private static readonly ObjectKey Old = new("default", "old");
    private readonly RuntimeWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Inert_object_is_not_reconciled_because_it_appears()
    {
        _world.IsInert = w => w.Metadata.Name == "old";
        await _world.Api.CreateAsync(Widget.Named("old"));
        _world.Start();

        (await _world.NextAfterMarkerAsync("marker")).ShouldStartWith("marker@");
        _world.Watcher.Cache.Get(Old).ShouldNotBeNull();
    }

    [Fact]
    public async Task Changed_inert_object_is_reconciled()
    {
        _world.IsInert = w => w.Metadata.Name == "old";
        var old = await _world.Api.CreateAsync(Widget.Named("old"));
        _world.Start();
        (await _world.NextAfterMarkerAsync("marker")).ShouldStartWith("marker@");

        await _world.Api.UpdateAsync(old with { Spec = new WidgetSpec { Size = 8 } });

        (await _world.NextAsync()).ShouldStartWith("old@");
    }

    [Fact]
    public async Task Object_whose_inertness_is_unclear_is_reconciled()
    {
        _world.IsInert = _ => throw new InvalidOperationException("unclear");
        await _world.Api.CreateAsync(Widget.Named("old"));
        _world.Start();

        (await _world.NextAsync()).ShouldStartWith("old@");
    }

    [Fact]
    public async Task Inert_object_is_not_reconciled_at_resync()
    {
        await using var server = await FakeApiServer.StartAsync();
        using var client = server.Client();
        var list = FakeApiServer.List(
            "9", FakeApiServer.Widget("old", "1", uid: "u1"), FakeApiServer.Widget("young", "2", uid: "u2"));
        server.Otherwise(async c =>
        {
            if (c.Request.Query.ContainsKey("watch"))
            {
                await FakeApiServer.Stream(StreamEnd.Clean, FakeApiServer.Bookmark("9"))(c);
                return;
            }

            await FakeApiServer.Stream(StreamEnd.Clean, list)(c);
        });
        var watcher = new ResourceWatcher<Widget>(
            client,
            new ResourceWatcherOptions { ResyncPeriod = TimeSpan.FromMilliseconds(50) },
            TimeProvider.System,
            NullLogger<ResourceWatcher<Widget>>.Instance);
        using var stop = new CancellationTokenSource();
        var host = new ControllerHost<Widget>(
            watcher.Cache,
            new EntityWriter<Widget>(client, watcher.Cache.Observe),
            _world,
            null,
            TimeProvider.System,
            NullLogger<ControllerHost<Widget>>.Instance)
        {
            IsInert = w => w.Metadata.Name == "old",
        };
        var running = Task.WhenAll(watcher.RunAsync(stop.Token), host.RunAsync(stop.Token));

        for (var i = 0; i < 3; i++)
        {
            (await _world.NextAsync()).ShouldBe("young@2");
        }

        await stop.CancelAsync();
        await running.Bounded();
    }

    [Fact]
    public async Task Cache_keeps_reduced_object_and_subscribers_see_the_whole()
    {
        _world.Reduce = Reduced;
        var old = await _world.Api.CreateAsync(Widget.Named("old"));
        _world.Start();
        await _world.NextAsync();
        var seen = new List<(ResourceChangeType Type, string? Before, string? Now)>();
        using var subscription = _world.Watcher.Cache.Subscribe(
            c => seen.Add((c.Type, c.Previous?.Status?.Phase, c.Object.Status?.Phase)));

        await _world.Api.UpdateStatusAsync(old with { Status = new WidgetStatus { Phase = "Done" } });
        await _world.NextAsync();

        seen.ShouldBe([(ResourceChangeType.Added, null, null), (ResourceChangeType.Modified, null, "Done")]);
        var kept = _world.Watcher.Cache.Get(Old)!;
        (kept.IsReduced, kept.Status).ShouldBe((true, null));
        _world.Watcher.Cache.List().ShouldAllBe(w => w.IsReduced);
    }

    [Fact]
    public async Task Own_write_is_reduced_as_well()
    {
        _world.Reduce = Reduced;
        var old = await _world.Api.CreateAsync(Widget.Named("old"));
        _world.Start();
        await _world.NextAsync();

        var written = await _world.Writer.UpdateStatusAsync(old with { Status = new WidgetStatus { Phase = "Done" } });

        (written.IsReduced, written.Status!.Phase).ShouldBe((false, "Done"));
        var kept = _world.Watcher.Cache.Get(Old)!;
        (kept.IsReduced, kept.Metadata.ResourceVersion).ShouldBe((true, written.Metadata.ResourceVersion));
    }

    [Fact]
    public async Task Object_that_cannot_be_reduced_is_kept_as_it_is()
    {
        _world.Reduce = w => w.Metadata.Name == "old" ? throw new InvalidOperationException("broken") : Reduced(w);
        await _world.Api.CreateAsync(Widget.Named("old"));
        await _world.Api.CreateAsync(Widget.Named("other"));
        _world.Start();
        await _world.NextAsync();
        await _world.NextAsync();

        _world.Watcher.Cache.Get(Old)!.IsReduced.ShouldBeFalse();
        _world.Watcher.Cache.Get(new ObjectKey("default", "other"))!.IsReduced.ShouldBeTrue();
    }

    [Fact]
    public async Task Reduced_copy_is_never_sent()
    {
        await using var server = await FakeApiServer.StartAsync();
        using var client = server.Client();
        var copy = Reduced(Widget.Named("old") with { Status = new WidgetStatus { Phase = "Done" } });
        copy = copy with
        {
            Metadata = copy.Metadata with { ResourceVersion = "5" },
            Status = new WidgetStatus { Phase = "New" }
        };

        await Should.ThrowAsync<InvalidOperationException>(() => client.UpdateStatusAsync(copy));
        await Should.ThrowAsync<InvalidOperationException>(() => client.UpdateAsync(copy));
        (await Should.ThrowAsync<InvalidOperationException>(() => client.CreateAsync(copy))).Message
            .ShouldContain("default/old");
        server.RequestsWaiting.ShouldBe(0);
    }

    private static Widget Reduced(Widget widget) =>
        widget with { IsReduced = true, Status = null };
}
