using System.Net.Sockets;

namespace Drydock.Tests.Integration.Lab;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class KubeFaultProxyTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kube_proxy_passes_kubectl_and_numbers_its_changes()
    {
        await using var world = await World.CreateAsync(lab);

        await world.KubectlAsync("create", "configmap", "a");
        await world.KubectlAsync("get", "configmaps");
        await world.KubectlAsync("label", "configmap", "a", "x=y");
        await world.KubectlAsync("delete", "configmap", "a");

        var acts = world.Proxy.Ledger.Acts;
        acts.Select(act => (act.Number, act.Verb)).ShouldBe([(1, "POST"), (2, "PATCH"), (3, "DELETE")]);
        acts[1].Target.ShouldBe($"/api/v1/namespaces/{world.Namespace}/configmaps/a");
        acts.ShouldAllBe(act => act.Proxy == "kube" && act.Digest.Length == 12);
        world.Proxy.Ledger.Points.Count.ShouldBe(6);
    }

    [Fact]
    public async Task Fault_before_act_fires_before_server_has_changed()
    {
        await using var world = await World.CreateAsync(lab);
        var seen = HttpStatusCode.Unused;
        world.Proxy.Ledger.At(1, FaultSide.Before, FaultAction.Call(
            async _ => seen = await world.DirectStatusAsync("a"), then: FaultAction.Cut));

        (await Should.ThrowAsync<HttpRequestException>(() => world.CreateAsync("a"))).ShouldNotBeNull();

        seen.ShouldBe(HttpStatusCode.NotFound);
        (await world.DirectStatusAsync("a")).ShouldBe(HttpStatusCode.NotFound);
        world.Proxy.Ledger.Fired.ShouldHaveSingleItem().Side.ShouldBe(FaultSide.Before);
        (await world.CreateAsync("a")).ShouldBe(HttpStatusCode.Created, "a rule strikes once");
    }

    [Fact]
    public async Task Fault_after_act_fires_after_server_has_changed()
    {
        await using var world = await World.CreateAsync(lab);
        var seen = HttpStatusCode.Unused;
        world.Proxy.Ledger.At(1, FaultSide.After, FaultAction.Call(
            async _ => seen = await world.DirectStatusAsync("a"), then: FaultAction.Cut));

        await Should.ThrowAsync<HttpRequestException>(() => world.CreateAsync("a"));

        seen.ShouldBe(HttpStatusCode.OK);
        (await world.CreateAsync("a")).ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData(409, "Conflict")]
    [InlineData(500, "InternalError")]
    public async Task Injected_error_answer_prevents_the_act(int code, string reason)
    {
        await using var world = await World.CreateAsync(lab);
        world.Proxy.Ledger.When(
            point => point.Act.Verb == "POST" && point.Side == FaultSide.Before, FaultAction.Answer(code));

        using var response = await world.PostAsync("a");

        ((int)response.StatusCode).ShouldBe(code);
        (await response.Content.ReadAsStringAsync(Token)).ShouldContain(reason);
        (await world.DirectStatusAsync("a")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Held_act_arrives_on_release_and_hanging_act_never()
    {
        await using var world = await World.CreateAsync(lab);
        var gate = new TaskCompletionSource();
        world.Proxy.Ledger
            .When(point => point.Act.Number == 1 && point.Side == FaultSide.Before, FaultAction.HoldUntil(gate.Task))
            .At(2, FaultSide.Before, FaultAction.Hang);
        var held = world.CreateAsync("held");
        await world.Proxy.Ledger.WaitForActAsync(act => act.Number == 1, Token);
        (await world.DirectStatusAsync("held")).ShouldBe(HttpStatusCode.NotFound);
        gate.SetResult();
        (await held).ShouldBe(HttpStatusCode.Created);

        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var hanging = world.PostAsync("hanging", giveUp.Token);
        await world.Proxy.Ledger.WaitForActAsync(act => act.Number == 2, Token);
        hanging.IsCompleted.ShouldBeFalse();
        await giveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => hanging);
        (await world.DirectStatusAsync("hanging")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Watch_events_are_dropped_duplicated_and_turned_into_410()
    {
        await using var world = await World.CreateAsync(lab);
        world.Proxy.OnWatchEvent = watched => NameOf(watched.Json) switch
        {
            "lost" => WatchFault.Drop,
            "twice" => WatchFault.Duplicate,
            "gone" => WatchFault.Gone,
            _ => WatchFault.Pass,
        };
        await using var watch = await world.WatchAsync();

        foreach (var name in new[] { "first", "lost", "twice", "gone" })
        {
            await world.CreateAsync(name);
        }

        (await watch.NextAsync(4)).ShouldBe(["ADDED first", "ADDED twice", "ADDED twice", "ERROR 410"]);
    }

    [Fact]
    public async Task Silenced_watch_stays_open_while_new_watch_works()
    {
        await using var world = await World.CreateAsync(lab);
        await using var silenced = await world.WatchAsync();
        await world.CreateAsync("before");
        (await silenced.NextAsync(1)).ShouldBe(["ADDED before"]);

        world.Proxy.SilenceWatches();
        var next = silenced.NextAsync(1);
        await using var whole = await world.WatchAsync();
        await world.CreateAsync("after");

        (await whole.NextAsync(1)).ShouldBe(["ADDED after"]);
        next.IsCompleted.ShouldBeFalse();
        world.Proxy.CutAll();
        await Should.ThrowAsync<IOException>(() => next);
    }

    [Fact]
    public async Task Pinned_reads_are_stale_until_unpinned()
    {
        await using var world = await World.CreateAsync(lab);
        await world.CreateAsync("old");
        world.Proxy.PinReads(path => path.EndsWith("/configmaps", StringComparison.Ordinal));
        (await world.ListAsync()).ShouldNotContain("new");
        await world.CreateAsync("new");

        (await world.ListAsync()).ShouldNotContain("\"new\"");
        world.Proxy.UnpinReads();
        (await world.ListAsync()).ShouldContain("\"new\"");
    }

    [Fact]
    public async Task Frozen_proxy_holds_requests_and_refusing_proxy_fails_them()
    {
        await using var world = await World.CreateAsync(lab);
        world.Proxy.Freeze();
        var held = world.CreateAsync("a");
        (await world.DirectStatusAsync("a")).ShouldBe(HttpStatusCode.NotFound);
        held.IsCompleted.ShouldBeFalse();
        world.Proxy.Thaw();
        (await held).ShouldBe(HttpStatusCode.Created);

        world.Proxy.Refuse();
        (await Should.ThrowAsync<Exception>(() => world.CreateAsync("b"))).ShouldSatisfyAllConditions(
            // The runtime lets a bare socket error through now and then.
            e => (e is HttpRequestException or SocketException).ShouldBeTrue(e.ToString()));
        world.Proxy.Accept();
        (await world.CreateAsync("b")).ShouldBe(HttpStatusCode.Created);
    }

    private static string? NameOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("object").GetProperty("metadata").TryGetProperty("name", out var name)
            ? name.GetString()
            : null;
    }

    /// <summary>
    /// A namespace of its own, a proxy of its own before the shared control plane, and a client on each side.
    /// </summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly ScratchFolder _scratch = new();
        private readonly ControlPlane _plane;
        private readonly HttpClient _through;
        private readonly HttpClient _direct;

        private World(LabRun run, ControlPlane plane, string ns)
        {
            _plane = plane;
            Namespace = ns;
            Proxy = new KubeFaultProxy(run, plane);
            _direct = plane.CreateHttpClient();
            _through = plane.CreateHttpClient(Proxy.Server);
            Kubeconfig = Proxy.WriteAdminKubeconfig(_scratch.File("kubeconfig"));
        }

        public KubeFaultProxy Proxy { get; }

        public string Namespace { get; }

        private string Kubeconfig { get; }

        private Uri ConfigMaps => new($"/api/v1/namespaces/{Namespace}/configmaps", UriKind.Relative);

        public static async Task<World> CreateAsync(LabFixture lab) =>
            new(await lab.RunAsync(), await lab.ControlPlaneAsync(), await lab.NewNamespaceAsync());

        public Task<string> KubectlAsync(params string[] arguments) =>
            Shell.RunAsync(
                _plane.KubectlPath,
                ["--kubeconfig", Kubeconfig, "--cache-dir", _scratch.Path, "-n", Namespace, .. arguments],
                cancellationToken: Token);

        public async Task<HttpStatusCode> CreateAsync(string name)
        {
            using var response = await PostAsync(name);
            return response.StatusCode;
        }

        public async Task<HttpResponseMessage> PostAsync(string name, CancellationToken? token = null)
        {
            using var body = new StringContent(
                $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"} }""", Encoding.UTF8,
                "application/json");
            return await _through.PostAsync(ConfigMaps, body, token ?? Token);
        }

        public async Task<HttpStatusCode> DirectStatusAsync(string name)
        {
            using var response = await _direct.GetAsync(new Uri($"{ConfigMaps}/{name}", UriKind.Relative), Token);
            return response.StatusCode;
        }

        public Task<string> ListAsync() => _through.GetStringAsync(ConfigMaps, Token);

        public async Task<Watch> WatchAsync()
        {
            using var list = JsonDocument.Parse(await _direct.GetStringAsync(ConfigMaps, Token));
            var version = list.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString();
            var response = await _through.GetAsync(
                new Uri($"{ConfigMaps}?watch=true&resourceVersion={version}", UriKind.Relative),
                HttpCompletionOption.ResponseHeadersRead, Token);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            return new Watch(response, new StreamReader(await response.Content.ReadAsStreamAsync(Token)));
        }

        public async ValueTask DisposeAsync()
        {
            _through.Dispose();
            _direct.Dispose();
            await Proxy.DisposeAsync();
            await _scratch.DisposeAsync();
        }
    }

    private sealed class Watch(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
    {
        public async Task<IReadOnlyList<string>> NextAsync(int count)
        {
            List<string> events = [];
            while (events.Count < count)
            {
                var line = await reader.ReadLineAsync(Token) ?? throw new IOException("The watch ended");
                using var json = JsonDocument.Parse(line);
                var type = json.RootElement.GetProperty("type").GetString();
                var what = type == "ERROR"
                    ? json.RootElement.GetProperty("object").GetProperty("code").GetRawText()
                    : NameOf(line);
                events.Add($"{type} {what}");
            }

            return events;
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
