namespace Drydock.Tests.Integration.Crds;

/// <summary>
/// The shared API server with the CRDs of the repository; for the campaign a current one too, with the objects that the
/// rules are tried on.
/// </summary>
public sealed class CrdServers(LabFixture lab) : IAsyncLifetime
{
    private static readonly string[] Plurals =
        ["omsupgrades", "backupsnapshots", "snapshotrestores", "databaserollingupgrades"];
    private readonly SemaphoreSlim _gate = new(1);
    private LabRun? _run;
    private ControlPlane? _old;
    private ModernCrdServer? _modern;

    /// <summary>The run of both.</summary>
    internal LabRun Run => _run!;

    /// <summary>kube-apiserver 1.20: no CEL.</summary>
    internal ControlPlane Old => _old!;

    public async ValueTask InitializeAsync()
    {
        (_run, _old) = (await lab.RunAsync(), await ServedCrds.OnSharedPlaneAsync(lab));
    }

    public ValueTask DisposeAsync()
    {
        _gate.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A current apiextensions-apiserver: CEL. It is started when a test of the campaign asks for
    /// it.</summary>
    internal async Task<ModernCrdServer> ModernAsync()
    {
        await _gate.WaitAsync();
        try
        {
            return _modern ??= await StartModernAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>What the current server answers to a new object, which it does not keep.</summary>
    internal async Task<(HttpStatusCode Status, string Body)> TryCreateAsync(JsonObject manifest) =>
        await (await ModernAsync()).SendAsync(
            HttpMethod.Post, $"{PathOf(manifest)}?dryRun=All", manifest.ToJsonString(), "application/json",
            TestContext.Current.CancellationToken);

    /// <summary>
    /// What the current server answers to a changed spec of a stored object; it does not keep the change.
    /// </summary>
    internal async Task<(HttpStatusCode Status, string Body)> TryChangeAsync(
        string plural, string name, Action<JsonObject> change)
    {
        var path = $"{Manifests.Folder}/{plural}/{name}";
        var modern = await ModernAsync();
        var (status, body) = await modern.SendAsync(
            HttpMethod.Get, path, cancellationToken: TestContext.Current.CancellationToken);
        status.ShouldBe(HttpStatusCode.OK, body);
        var stored = JsonNode.Parse(body)!.AsObject();
        var before = stored.ToJsonString();
        change(stored["spec"]!.AsObject());
        stored.ToJsonString().ShouldNotBe(before, "the change must change something");
        return await modern.SendAsync(
            HttpMethod.Put, $"{path}?dryRun=All", stored.ToJsonString(),
            cancellationToken: TestContext.Current.CancellationToken);
    }

    /// <summary>
    /// Creates an object on the 1.20 server or the current one and writes its status; returns it as stored.
    /// </summary>
    internal async Task<JsonObject> CreateAsync(JsonObject manifest, JsonObject? status, bool onOld = false)
    {
        using var http = await ClientAsync(onOld);
        return await StoreAsync(http, manifest, status);
    }

    /// <summary>The object as the 1.20 server or the current one has it.</summary>
    internal async Task<JsonObject> GetAsync(JsonObject manifest, bool onOld)
    {
        using var http = await ClientAsync(onOld);
        return JsonNode.Parse(await http.GetStringAsync(
            new Uri($"{PathOf(manifest)}/{manifest["metadata"]!["name"]}", UriKind.Relative),
            TestContext.Current.CancellationToken))!.AsObject();
    }

    private async Task<HttpClient> ClientAsync(bool onOld) =>
        onOld ? Old.CreateHttpClient() : (await ModernAsync()).CreateHttpClient();

    private async Task<ModernCrdServer> StartModernAsync()
    {
        var modern = await lab.CrdServerAsync();
        foreach (var plural in Plurals)
        {
            await modern.ApplyCrdAsync($"{plural}.drydock.dev", await File.ReadAllTextAsync(
                Repository.PathOf("config", "crd", $"drydock.dev_{plural}.yaml")));
        }

        using var http = modern.CreateHttpClient();
        await StoreAsync(http, Manifests.Upgrade("fresh"), status: null);
        foreach (var phase
            in new[] { "Preflight", "Backup", "Failed", "Planned", "Succeeded", "RollingBack", "RolledBack" })
        {
            await StoreAsync(http, Manifests.Upgrade(phase.ToLowerInvariant()), Manifests.StoredPlan(phase));
        }

        foreach (var (prefix, manifest) in new (string, Func<string, JsonObject>)[]
        {
            ("tidb-", Manifests.TiDb), ("bmdb-", Manifests.Bmdb)
        })
        {
            await StoreAsync(http, manifest($"{prefix}fresh"), status: null);
            foreach (var phase in new[] { "UpgradePD", "Failed", "Planned", "Succeeded", "RolledBack" })
            {
                await StoreAsync(http, manifest($"{prefix}{phase.ToLowerInvariant()}"), Manifests.StoredPlan(phase));
            }
        }

        await StoreAsync(http, Manifests.Upgrade("unplanned"), new JsonObject { ["phase"] = "Preflight" });
        await StoreAsync(http, Manifests.Snapshot("fresh"), status: null);
        await StoreAsync(http, Manifests.Snapshot("pending"), new JsonObject { ["phase"] = "Pending" });
        await StoreAsync(
            http, Manifests.Snapshot("begun"),
            new JsonObject { ["phase"] = "Dumping", ["snapshotID"] = "default-begun-1" });
        await StoreAsync(
            http, Manifests.Snapshot("succeeded"),
            new JsonObject { ["phase"] = "Succeeded", ["snapshotID"] = "default-succeeded-1" });
        await StoreAsync(http, Manifests.Restore("fresh"), status: null);
        foreach (var (name, phase, state) in new[]
        {
            ("verifying", "Verifying", "Pending"), ("planned", "Planned", "Pending"), ("failed", "Failed", "Pending"),
            ("restoring", "Restoring", "Pending"), ("begun", "Failed", "Loading"),
            ("succeeded", "Succeeded", "Restored"),
        })
        {
            await StoreAsync(http, Manifests.Restore(name), new JsonObject
            {
                ["phase"] = phase,
                ["databases"] = new JsonArray(new JsonObject { ["name"] = "oms_rm", ["state"] = state })
            });
        }

        return modern;
    }

    private static async Task<JsonObject> StoreAsync(HttpClient http, JsonObject manifest, JsonObject? status)
    {
        var path = PathOf(manifest);
        var stored = await SendAsync(http, HttpMethod.Post, path, manifest);
        if (status is null)
        {
            return stored;
        }

        stored["status"] = StoredPlans.Packed(status);
        return await SendAsync(http, HttpMethod.Put, $"{path}/{stored["metadata"]!["name"]}/status", stored);
    }

    private static string PathOf(JsonObject manifest) =>
        $"{Manifests.Folder}/{manifest["kind"]!.GetValue<string>().ToLowerInvariant()}s";

    private static async Task<JsonObject> SendAsync(HttpClient http, HttpMethod method, string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!.AsObject();
    }
}
