using System.Collections.Concurrent;
using System.Threading.Channels;
using Drydock.Clients.Kubernetes.Watching;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>The watch against a server that misbehaves in every way that was seen in the field.</summary>
public sealed class WatcherTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _changes = Channel.CreateUnbounded<string>();
    private FakeApiServer _server = null!;
    private KubernetesClient _client = null!;
    private ResourceWatcher<Widget> _watcher = null!;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        _client = _server.Client(new KubernetesClientOptions { ReadRetries = 0 });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.Bounded();
        _client.Dispose();
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task It_lists_then_watches_from_the_version_of_the_list()
    {
        _server.Then(200, FakeApiServer.List("10", Item("a", "5")))
            .Then(FakeApiServer.Stream(StreamEnd.Silence, Added("b", "11"), Modified("a", "12"), Deleted("b", "13")));
        Start();

        (await ChangesAsync(4)).ShouldBe(["Added a@5", "Added b@11", "Modified a@12", "Deleted b@13"]);
        (await _server.NextRequestAsync()).ShouldStartWith("GET /apis/test.drydock.dev/v1/widgets?limit=10");
        var watch = await _server.NextRequestAsync();
        watch.ShouldContain("watch=true");
        watch.ShouldContain("allowWatchBookmarks=true");
        watch.ShouldContain("resourceVersion=10");
        _watcher.Cache.Get(new ObjectKey("default", "a"))!.Metadata.ResourceVersion.ShouldBe("12");
        _watcher.Cache.Get(new ObjectKey("default", "b")).ShouldBeNull();
    }

    [Fact]
    public async Task Watch_resumes_from_last_bookmark_after_normal_end()
    {
        _server.Then(200, FakeApiServer.List("10"))
            .Then(FakeApiServer.Stream(StreamEnd.Clean, Added("a", "11"), FakeApiServer.Bookmark("50")))
            .Then(FakeApiServer.Stream(StreamEnd.Silence, Modified("a", "51")));
        Start();

        (await ChangesAsync(2)).ShouldBe(["Added a@11", "Modified a@51"]);
        await _server.NextRequestAsync();
        await _server.NextRequestAsync();
        (await _server.NextRequestAsync()).ShouldContain("resourceVersion=50");
    }

    [Fact]
    public async Task Truncated_line_is_ignored_and_requested_again()
    {
        _server.Then(200, FakeApiServer.List("10"))
            .Then(async context =>
            {
                await FakeApiServer.Stream(StreamEnd.Clean, Added("a", "11"), Modified("a", "12")[..40])(context);

                // What a server has written before it breaks off may still get lost: it breaks off once the first event
                // has arrived.
                await Wait.UntilAsync(() => _watcher.Cache.Get(new ObjectKey("default", "a")) is not null);
                context.Abort();
            })
            .Then(FakeApiServer.Stream(StreamEnd.Clean, Modified("a", "12"), Modified("a", "13")[..40]))
            .Then(FakeApiServer.Stream(StreamEnd.Silence, Modified("a", "13")));
        Start();

        (await ChangesAsync(3)).ShouldBe(["Added a@11", "Modified a@12", "Modified a@13"]);
        await _server.NextRequestAsync();
        await _server.NextRequestAsync();
        (await _server.NextRequestAsync()).ShouldContain("resourceVersion=11");
        (await _server.NextRequestAsync()).ShouldContain("resourceVersion=12");
    }

    [Fact]
    public async Task An_event_may_come_in_any_number_of_pieces()
    {
        var text = Added("a", "11").Replace(
            "\"metadata\"", "\"note\":\"升级\",\"metadata\"", StringComparison.Ordinal) + Modified("a", "12");
        _server.Then(200, FakeApiServer.List("10")).Then(
            FakeApiServer.Stream(StreamEnd.Silence, [.. text.Select(c => c.ToString())]));
        Start();

        (await ChangesAsync(2)).ShouldBe(["Added a@11", "Modified a@12"]);
    }

    [Fact]
    public async Task Expired_version_leads_to_list_with_missed_changes()
    {
        _server.Then(200, FakeApiServer.List("10", Item("a", "5"), Item("b", "6"), Item("c", "7")))
            .Then(410, FakeApiServer.Status(410, "Expired"))
            .Then(200, FakeApiServer.List("90", Item("b", "6"), Item("c", "80"), Item("d", "81")))
            .Then(FakeApiServer.Stream(StreamEnd.Silence, FakeApiServer.Bookmark("95")));
        Start();

        (await ChangesAsync(6)).ShouldBe(
            ["Added a@5", "Added b@6", "Added c@7", "Deleted a@5", "Modified c@80", "Added d@81"]);
    }

    [Fact]
    public async Task An_ERROR_event_410_within_a_watch_is_the_same()
    {
        _server.Then(200, FakeApiServer.List("10", Item("a", "5")))
            .Then(
                FakeApiServer.Stream(
                    StreamEnd.Silence,
                    Modified("a", "11"),
                    FakeApiServer.Event("ERROR", FakeApiServer.Status(410, "Expired"))))
            .Then(200, FakeApiServer.List("90", Item("a", "80")))
            .Then(FakeApiServer.Stream(StreamEnd.Silence));
        Start();

        (await ChangesAsync(3)).ShouldBe(["Added a@5", "Modified a@11", "Modified a@80"]);
    }

    [Fact]
    public async Task Recreated_object_is_reported_as_deletion_and_creation()
    {
        _server.Then(200, FakeApiServer.List("10", Item("a", "5")))
            .Then(
                FakeApiServer.Stream(
                    StreamEnd.Silence,
                    FakeApiServer.Event("ADDED", FakeApiServer.Widget("a", "20", "u2")),
                    FakeApiServer.Event("DELETED", FakeApiServer.Widget("a", "19", "u1")),
                    FakeApiServer.Bookmark("30")));
        Start();

        (await ChangesAsync(3)).ShouldBe(["Added a@5", "Deleted a@5", "Added a@20"]);
        _watcher.Cache.Get(new ObjectKey("default", "a"))!.Metadata.Uid.ShouldBe("u2");
    }

    [Fact]
    public async Task Repeated_and_stale_events_change_nothing()
    {
        _server.Then(200, FakeApiServer.List("10", Item("a", "5")))
            .Then(
                FakeApiServer.Stream(
                    StreamEnd.Silence,
                    Modified("a", "12"),
                    Modified("a", "12"),
                    Modified("a", "11"),
                    Modified("a", "13")));
        Start();

        var changes = await UntilAsync("Modified a@13");

        changes.ShouldBe(
            ["Added a@5", "Modified a@12", "Modified a@12", "Modified a@13"],
            "the stale one is told as news about the present state, the repeated one not at all");
    }

    [Fact]
    public async Task Too_large_event_is_dropped_and_everything_listed_again()
    {
        _client.Dispose();
        _client = _server.Client(new KubernetesClientOptions { ReadRetries = 0, MaxWatchLineBytes = 100_000 });
        _server.Then(200, FakeApiServer.List("10"))
            .Then(FakeApiServer.Stream(StreamEnd.Silence, new string('x', 1_000_000)))
            .Then(200, FakeApiServer.List("20", Item("a", "19")))
            .Then(FakeApiServer.Stream(StreamEnd.Silence));
        Start();

        (await ChangesAsync(1)).ShouldBe(["Added a@19"]);
    }

    [Fact]
    public async Task A_silent_watch_is_dropped_and_made_anew()
    {
        _server.Then(200, FakeApiServer.List("10"))
            .Then(FakeApiServer.Stream(StreamEnd.Silence))
            .Then(FakeApiServer.Stream(StreamEnd.Silence, Added("a", "11")))
            .Otherwise(FakeApiServer.Stream(StreamEnd.Silence));
        var time = new ManualTimeProvider();
        using var client = _server.Client(time: time);
        var options = new ResourceWatcherOptions();
        Start(options, client: client);

        await time.AdvanceToTimerAsync(due => due == options.IdleLimit).Bounded();

        (await ChangesAsync(1)).ShouldBe(["Added a@11"]);
    }

    [Fact]
    public async Task Faults_of_any_kind_do_not_end_it()
    {
        _server.Then(500, "not JSON at all")
            .Then(403, FakeApiServer.Status(403, "Forbidden"))
            .Then(200, "{ not json")
            .Then(FakeApiServer.Stream(StreamEnd.Cut))
            .Then(200, FakeApiServer.List("10"))
            .Then(FakeApiServer.Stream(StreamEnd.Silence, "this is not an event\n"))
            .Then(500, "")
            .Then(FakeApiServer.Stream(StreamEnd.Silence, FakeApiServer.Event("NEW_KIND", "{}")))
            .Then(FakeApiServer.Stream(StreamEnd.Silence, "{\"type\":\"ADDED\"}\n"))
            .Then(FakeApiServer.Stream(StreamEnd.Silence, "\n", Added("a", "11")));
        Start();

        (await ChangesAsync(1)).ShouldBe(["Added a@11"]);
        _watcher.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task A_problem_is_told_while_it_lasts()
    {
        _server.Otherwise(c =>
        {
            c.Response.StatusCode = 403;
            return Task.CompletedTask;
        });
        Start();

        await Wait.UntilAsync(() => _watcher.Problem is not null);

        _watcher.Problem.ShouldBeWorded();
        _watcher.HasSynced.ShouldBeFalse();
    }

    [Fact]
    public async Task Unreadable_cached_object_keeps_last_state_and_hides_no_other()
    {
        var bad = FakeApiServer.Widget("a", "12", more: ""","spec":{"size":"huge"}""");
        _server.Then(200, FakeApiServer.List("10", Item("a", "5"), Item("b", "6")))
            .Then(FakeApiServer.Stream(StreamEnd.Clean, FakeApiServer.Event("MODIFIED", bad), Modified("b", "13")))
            .Then(410, FakeApiServer.Status(410, "Expired"))
            .Then(200, FakeApiServer.List("20", bad, Item("b", "14")))
            .Then(FakeApiServer.Stream(StreamEnd.Silence));
        Start();

        (await ChangesAsync(4)).ShouldBe(["Added a@5", "Added b@6", "Modified b@13", "Modified b@14"]);
        _watcher.Cache.Get(new ObjectKey("default", "a"))!.Metadata.ResourceVersion.ShouldBe("5");
    }

    [Fact]
    public async Task Every_resync_period_everything_is_listed_and_handed_out_again()
    {
        var lists = new ConcurrentQueue<string>(["10", "11", "12"]);
        _server.Otherwise(context => context.Request.QueryString.Value!.Contains("watch=true", StringComparison.Ordinal)
            ? FakeApiServer.Stream(StreamEnd.Clean, FakeApiServer.Bookmark("10"))(context)
            : FakeApiServer.Stream(
                StreamEnd.Clean,
                FakeApiServer.List(lists.TryDequeue(out var version) ? version : "99", Item("a", "5")))(context));
        Start(new ResourceWatcherOptions { ResyncPeriod = TimeSpan.FromMilliseconds(50) });

        (await ChangesAsync(3)).ShouldBe(["Added a@5", "Resynced a@5", "Resynced a@5"]);
    }

    [Fact]
    public async Task A_listener_that_throws_does_not_end_the_watch()
    {
        _server.Then(200, FakeApiServer.List("10", Item("a", "5"))).Then(
            FakeApiServer.Stream(StreamEnd.Silence, Added("b", "11")));
        Start(onChange: _ => throw new InvalidOperationException("a faulty listener"));

        (await ChangesAsync(2)).ShouldBe(["Added a@5", "Added b@11"]);
    }

    private static string Item(string name, string version) => FakeApiServer.Widget(name, version);

    private static string Added(string name, string version) => FakeApiServer.Event("ADDED", Item(name, version));

    private static string Modified(string name, string version) => FakeApiServer.Event("MODIFIED", Item(name, version));

    private static string Deleted(string name, string version) => FakeApiServer.Event("DELETED", Item(name, version));

    private void Start(
        ResourceWatcherOptions? options = null,
        Action<ResourceChange<Widget>>? onChange = null,
        KubernetesClient? client = null)
    {
        options ??= new ResourceWatcherOptions();
        _watcher = new ResourceWatcher<Widget>(
            client ?? _client,
            options with
            {
                Backoff = new() { First = TimeSpan.FromMilliseconds(1), Max = TimeSpan.FromMilliseconds(5) },
            },
            TimeProvider.System,
            NullLogger<ResourceWatcher<Widget>>.Instance);
        if (onChange is not null)
        {
            _watcher.Cache.Subscribe(onChange);
        }

        _watcher.Cache.Subscribe(
            c => _changes.Writer.TryWrite($"{c.Type} {c.Object.Metadata.Name}@{c.Object.Metadata.ResourceVersion}"));
        _running = _watcher.RunAsync(_stop.Token);
    }

    private async Task<List<string>> ChangesAsync(int count)
    {
        var changes = new List<string>();
        while (changes.Count < count)
        {
            changes.Add(await _changes.Reader.ReadAsync().Bounded());
        }

        return changes;
    }

    private async Task<List<string>> UntilAsync(string last)
    {
        var changes = new List<string>();
        do
        {
            changes.Add(await _changes.Reader.ReadAsync().Bounded());
        }
        while (changes[^1] != last);
        return changes;
    }
}
