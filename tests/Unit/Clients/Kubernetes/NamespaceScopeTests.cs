using Drydock.Clients.Kubernetes.Watching;
using Drydock.Operator;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class NamespaceScopeTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeKubernetes _api;
    private readonly List<KubernetesRequest> _requests = [];

    public NamespaceScopeTests() => _api = new FakeKubernetes(RuntimeWorld.Json, _time) { Before = Record };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Named_scope_lists_each_namespace_and_never_the_cluster()
    {
        await MakeAsync();

        var list = await new NamespaceScope(["b", "a", "b"]).ListAsync<Widget>(_api, null, Token);

        list.Items.Select(w => w.Metadata.Namespace).ShouldBe(["a", "b"]);
        _requests.Select(r => r.Namespace).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Scope_without_names_lists_the_cluster()
    {
        await MakeAsync();

        (await new NamespaceScope([]).ListAsync<Widget>(_api, null, Token)).Items.Count.ShouldBe(3);
        _requests.Select(r => r.Namespace).ShouldBe([null]);
    }

    [Fact]
    public void Scope_contains_what_it_names_or_everything()
    {
        new NamespaceScope(["a"]).Contains("a").ShouldBeTrue();
        new NamespaceScope(["a"]).Contains("b").ShouldBeFalse();
        new NamespaceScope(["a"]).Contains(null).ShouldBeFalse();
        NamespaceScope.All.Contains("b").ShouldBeTrue();
    }

    [Fact]
    public async Task Caches_of_several_namespaces_are_one_cache()
    {
        await MakeAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var watcher = new ResourceWatcher<Widget>(
            _api,
            new ResourceWatcherOptions { Namespaces = ["a", "b"] },
            _time,
            NullLogger<ResourceWatcher<Widget>>.Instance);
        var cache = watcher.Cache;
        cache.HasSynced.ShouldBeFalse();
        var seen = new System.Collections.Concurrent.BlockingCollection<string>();
        var running = watcher.RunAsync(stop.Token);
        await cache.WaitForSyncAsync(Token).Bounded();
        using var subscription = cache.Subscribe(
            change =>
                seen.Add($"{change.Object.Metadata.Namespace}/{change.Object.Metadata.Name} {change.Type}", Token));

        Enumerable.Range(0, 2).Select(_ => seen.Take(Token)).Order().ShouldBe(["a/w Added", "b/w Added"]);
        await _api.CreateAsync(
            Widget.Named("later") with { Metadata = new() { Name = "later", Namespace = "c" } }, Token);
        var made = await _api.CreateAsync(
            Widget.Named("later") with { Metadata = new() { Name = "later", Namespace = "b" } }, Token);
        seen.Take(Token).ShouldBe("b/later Added");

        cache.HasSynced.ShouldBeTrue();
        cache.Get(new ObjectKey("b", "later")).ShouldNotBeNull();
        cache.Get(new ObjectKey("c", "later")).ShouldBeNull();
        cache.List().Count.ShouldBe(3);
        cache.Observe(await _api.UpdateStatusAsync(made with { Status = new() { Phase = "seen" } }, Token));
        seen.Take(Token).ShouldBe("b/later Modified");
        _requests.Where(r => r.Verb is "list" or "watch").ShouldAllBe(r => r.Namespace != null);
        await stop.CancelAsync();
        await running.Bounded();
    }

    [Theory]
    [InlineData(new string[0], new string[0])]
    [InlineData(new[] { "--watch-namespace=a" }, new[] { "a" })]
    [InlineData(new[] { "--watch-namespace", "a", "--watch-namespace=b-1" }, new[] { "a", "b-1" })]
    public void Flag_can_be_given_for_each_namespace(string[] arguments, string[] expected)
    {
        var parsed = OperatorCommand.Create().Parse(arguments);

        parsed.Errors.ShouldBeEmpty();
        (parsed.GetValue<string[]>("--watch-namespace") ?? []).ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Team")]
    [InlineData("a,b")]
    [InlineData("-a")]
    [InlineData("a/b")]
    public void Flag_with_what_is_no_namespace_is_refused(string value) =>
        OperatorCommand.Create()
            .Parse(["--watch-namespace=" + value]).Errors
            .ShouldHaveSingleItem().Message
            .ShouldContain("--watch-namespace");

    private Task Record(KubernetesRequest request)
    {
        lock (_requests)
        {
            if (request.Verb is "list" or "watch")
            {
                _requests.Add(request);
            }
        }

        return Task.CompletedTask;
    }

    private async Task MakeAsync()
    {
        foreach (var space in new[] { "a", "b", "c" })
        {
            await _api.CreateAsync(new Widget { Metadata = new() { Name = "w", Namespace = space } }, Token);
        }
    }
}
