namespace Drydock.Tests.Integration.Install;

/// <summary>
/// Does for the operator's Deployments what controllers and a kubelet would, which the lab lacks: pulls the image that
/// is named, runs its container, replaces it when the Deployment changes, ends it with the Deployment, and writes the
/// Deployment's status.
/// </summary>
internal sealed class DeploymentRunner : IAsyncDisposable
{
    private const string Deployment = "drydock-operator";

    private readonly LabRun _run;
    private readonly ControlPlane _plane;
    private readonly DockerHost _host;
    private readonly string _login;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;
    private string _running = "";
    private int _count;

    private DeploymentRunner(LabRun run, ControlPlane plane, DockerHost host, string login)
    {
        (_run, _plane, _host, _login) = (run, plane, host, login);
        _work = WorkAsync(_end.Token);
    }

    /// <param name="login">config.json of a Docker client, with the login at the registry.</param>
    public static DeploymentRunner Start(LabRun run, ControlPlane plane, DockerHost host, string login)
    {
        var folder = run.FolderFor("node-login");
        File.WriteAllText(Path.Combine(folder, "config.json"), login);
        return new(run, plane, host, folder);
    }

    /// <summary>The log of the container, and why the runner ended if it did.</summary>
    public async Task<string> LogAsync() =>
        $"{_work.Exception}"
        + $"{(_running.Length > 0 ? (await _host.TryDockerAsync(["logs", "--tail", "40", Container])).Output : "")}";

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _work.ContinueWith(_ => { }, TaskScheduler.Default);
        _end.Dispose();
    }

    private string Container => $"operator-{_count}";

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (await poll.WaitForNextTickAsync(cancellationToken))
        {
            var all = JsonNode.Parse(await _plane.KubectlAsync(
                ["get", "deployments", "--all-namespaces", "-o", "json"], cancellationToken: cancellationToken))!;
            var wanted = all["items"]!.AsArray().SingleOrDefault(d => (string?)d!["metadata"]!["name"] == Deployment);
            var version = wanted is null ? "" : $"{wanted["metadata"]!["uid"]}/{wanted["metadata"]!["generation"]}";
            if (version == _running)
            {
                continue;
            }

            if (_running.Length > 0)
            {
                await _host.DockerAsync(["stop", "--time", "20", Container], cancellationToken: cancellationToken);
            }

            _running = version;
            if (wanted is not null)
            {
                await RunAsync(wanted, cancellationToken);
            }
        }
    }

    private async Task RunAsync(JsonNode deployment, CancellationToken cancellationToken)
    {
        _count++;
        var space = deployment["metadata"]!["namespace"]!.GetValue<string>();
        var container = deployment["spec"]!["template"]!["spec"]!["containers"]![0]!;
        var image = container["image"]!.GetValue<string>();
        await _host.DockerAsync(["--config", _login, "pull", "--quiet", image], cancellationToken: cancellationToken);
        var kubeconfig = await _plane.CreateServiceAccountKubeconfigAsync(
            space, Deployment, Path.Combine(_run.FolderFor(Container), "kubeconfig"),
            cancellationToken: cancellationToken);
        await Shell.RunAsync("chown", ["65532:65532", kubeconfig], cancellationToken: cancellationToken);
        await InstallStage.RunAsync(_run, _host, container, image, kubeconfig, Container, space, cancellationToken);
        using var http = new HttpClient();
        await Deadline.UntilAsync(
            $"the operator in {Container} to be ready",
            async token =>
                (await http.GetAsync(new Uri($"http://{_host.Address}:8080/readyz"), token)).IsSuccessStatusCode,
            cancellationToken: cancellationToken);
        deployment["status"] = new JsonObject
        {
            ["observedGeneration"] = deployment["metadata"]!["generation"]!.GetValue<long>(),
            ["replicas"] = 1,
            ["updatedReplicas"] = 1,
            ["readyReplicas"] = 1,
            ["availableReplicas"] = 1,
        };
        deployment["metadata"]!.AsObject().Remove("resourceVersion");
        await _plane.KubectlAsync(
            ["replace", "--raw", $"/apis/apps/v1/namespaces/{space}/deployments/{Deployment}/status", "-f", "-"],
            deployment.ToJsonString(), cancellationToken);
    }
}
