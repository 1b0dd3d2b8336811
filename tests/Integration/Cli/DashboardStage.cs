using Drydock.Lab.Browser;

namespace Drydock.Tests.Integration.Cli;

/// <summary>An API server with upgrades in several states, and a browser.</summary>
public sealed class DashboardStage : IAsyncLifetime
{
    /// <summary>The namespace of the OMS upgrades.</summary>
    internal const string Migration = "migration";

    /// <summary>The upgrade in the middle of its backup.</summary>
    internal const string Running = "oms-322-to-422";

    private const string Api = "/apis/drydock.dev/v1alpha1/namespaces";
    private readonly Lazy<Task<HeadlessBrowser>> _browser;
    private LabRun? _run;
    private ControlPlane? _plane;
    private HttpClient? _http;

    public DashboardStage() => _browser = new(() => HeadlessBrowser.StartAsync(_run!));

    internal ControlPlane Plane => _plane!;

    internal LabRun Run => _run!;

    internal Task<HeadlessBrowser> BrowserAsync() => _browser.Value;

    public async ValueTask InitializeAsync()
    {
        _run = await LabRun.StartAsync();
        _plane = await ControlPlane.StartAsync(_run, new ControlPlaneOptions { Controllers = false });
        _http = _plane.CreateHttpClient();
        await _plane.KubectlAsync(["apply", "--validate=false", "-k", Repository.PathOf("config", "crd")]);
        await _plane.WaitForCrdsAsync(
            ["omsupgrades.drydock.dev", "databaserollingupgrades.drydock.dev", "backupsnapshots.drydock.dev"]);
        await _plane.KubectlAsync(["apply", "-f", Repository.PathOf("config", "rbac", "people_roles.yaml")]);
        foreach (var space in (string[])[Migration, "states"])
        {
            await _plane.KubectlAsync(["create", "namespace", space]);
        }

        await CreateAsync(Migration, Manifests.Upgrade(Running), SampleRuns.Running());
        await CreateAsync(Migration, Manifests.Upgrade("oms-pune"), SampleRuns.Held());
        await CreateAsync(Migration, Manifests.Upgrade("oms-berlin"), SampleRuns.Succeeded());
        await CreateAsync(Migration, Manifests.TiDb("tidb-orders"), SampleRuns.Stalled());
        await CreateAsync(Migration, Manifests.Snapshot("oms-322-to-422-1"), new JsonObject
        {
            ["phase"] = "Dumping",
            ["message"] = "oms_rm is dumped, 2.1 GiB of about 6.4 GiB.",
            ["databases"] = new JsonArray(
                new JsonObject { ["name"] = "oms_rm" }, new JsonObject { ["name"] = "oms_cm" }),
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser.IsValueCreated)
        {
            await (await _browser.Value).DisposeAsync();
        }

        _http?.Dispose();
        if (_plane is not null)
        {
            await _plane.DisposeAsync();
        }

        if (_run is not null)
        {
            await _run.DisposeAsync();
        }
    }

    /// <summary>Creates an object and writes its status, as the operator does.</summary>
    internal async Task CreateAsync(string space, JsonObject manifest, JsonObject? status = null)
    {
        var path = $"{Api}/{space}/{manifest["kind"]!.GetValue<string>().ToLowerInvariant()}s";
        var stored = await SendAsync(HttpMethod.Post, path, manifest, "application/json");
        if (status is not null)
        {
            stored["status"] = StoredPlans.Packed(status);
            await SendAsync(HttpMethod.Put, $"{path}/{stored["metadata"]!["name"]}/status", stored, "application/json");
        }
    }

    /// <summary>Changes parts of the status of an object.</summary>
    internal Task WriteStatusAsync(string space, string name, JsonObject status, string plural = "omsupgrades") =>
        SendAsync(
            HttpMethod.Patch,
            $"{Api}/{space}/{plural}/{name}/status",
            new JsonObject { ["status"] = StoredPlans.Packed(status) },
            "application/merge-patch+json");

    /// <summary>Makes a namespace with a name of its own.</summary>
    internal async Task<string> NewSpaceAsync()
    {
        var space = LabFixture.UniqueName("dashboard");
        await Plane.KubectlAsync(
            ["create", "namespace", space], cancellationToken: TestContext.Current.CancellationToken);
        return space;
    }

    /// <summary>Starts a dashboard with an administrator's rights.</summary>
    internal Task<RunningDashboard> StartAsync(params string[] arguments) =>
        RunningDashboard.StartAsync(Plane.AdminKubeconfig, null, arguments);

    /// <summary>Opens a part of the page in a window of its own, and waits until an expression is true.</summary>
    internal async Task<BrowserPage> OpenAsync(RunningDashboard dashboard, string part, string ready)
    {
        var token = TestContext.Current.CancellationToken;
        var page = await (await BrowserAsync()).OpenAsync(dashboard.PageOf(part), 1280, 800, cancellationToken: token);
        await page.UntilAsync(ready, token);
        return page;
    }

    /// <summary>An OMS upgrade as it is stored.</summary>
    internal async Task<JsonObject> GetAsync(string space, string name) => JsonNode.Parse(await _http!.GetStringAsync(
        new Uri($"{Api}/{space}/omsupgrades/{name}", UriKind.Relative), TestContext.Current.CancellationToken))!
        .AsObject();

    /// <summary>A kubeconfig of a user who has the role drydock-view in one namespace.</summary>
    internal async Task<string> ViewerAsync(string space)
    {
        var name = LabFixture.UniqueName("viewer");
        await Plane.KubectlAsync(["-n", space, "create", "serviceaccount", name]);
        await Plane.KubectlAsync(
            [
                "-n", space, "create", "rolebinding", name, "--clusterrole=drydock-view",
                $"--serviceaccount={space}:{name}"
            ]);
        return await Plane.CreateServiceAccountKubeconfigAsync(
            space, name, Path.Combine(Run.Folder, $"{name}.kubeconfig"));
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonObject body, string type)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, type),
        };
        using var response = await _http!.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!.AsObject();
    }
}

/// <summary>The tests that share the stage.</summary>
[CollectionDefinition(Name)]
public sealed class DashboardTestGroup : ICollectionFixture<DashboardStage>
{
    internal const string Name = "Dashboard";
}
