namespace Drydock.Tests.Integration.Install;

/// <summary>
/// A control plane with <c>config/default</c> applied by kubectl 1.20, and a Docker host that has the image that
/// image/build.sh makes.
/// </summary>
public sealed class InstallStage(LabFixture lab) : IAsyncLifetime
{
    /// <summary>Where the manifests install the operator.</summary>
    public const string OperatorNamespace = "drydock-system";

    private ControlPlane? _plane;
    private DockerHost? _host;

    /// <summary>The control plane.</summary>
    public ControlPlane Plane => _plane!;

    /// <summary>The host the operator's container runs on.</summary>
    public DockerHost Host => _host!;

    /// <summary>Kubeconfig of the operator's service account, readable by the image's user only.</summary>
    public string Kubeconfig { get; private set; } = "";

    /// <summary>The container of the Deployment, as the API server has it.</summary>
    public JsonNode Container { get; private set; } = new JsonObject();

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        var run = await lab.RunAsync();
        _plane = await ControlPlane.StartAsync(
            run, new ControlPlaneOptions { Name = "kube-install", Controllers = false });
        await _plane.KubectlAsync(["apply", "--validate=false", "-k", Repository.PathOf("config", "storage")]);
        await _plane.KubectlAsync(["apply", "--validate=false", "-k", Repository.PathOf("config", "default")]);
        Kubeconfig = await _plane.CreateServiceAccountKubeconfigAsync(
            OperatorNamespace, "drydock-operator", Path.Combine(run.FolderFor("install"), "kubeconfig"));
        await Shell.RunAsync("chown", ["65532:65532", Kubeconfig]);
        var deployment = JsonNode.Parse(await _plane.KubectlAsync(
            ["-n", OperatorNamespace, "get", "deployment", "drydock-operator", "-o", "json"]))!;
        Container = deployment["spec"]!["template"]!["spec"]!["containers"]![0]!;
        _host = await DockerHost.StartAsync(run, "install");
        await OperatorImage.ImportAsync(run, _host, CancellationToken.None);
    }

    /// <summary>
    /// Starts the operator's container as the Deployment would: its user, root file system, capabilities, arguments and
    /// volumes.
    /// </summary>
    /// <returns>Its name.</returns>
    public async Task<string> StartOperatorAsync(CancellationToken cancellationToken)
    {
        var name = LabFixture.UniqueName("operator");
        await RunAsync(
            await lab.RunAsync(), Host, Container, OperatorImage.Name, Kubeconfig, name, OperatorNamespace,
            cancellationToken);
        return name;
    }

    /// <summary>Runs the container of a Deployment on a host, as a kubelet would, with a kubeconfig of its
    /// account.</summary>
    public static async Task RunAsync(
        LabRun run, DockerHost host, JsonNode container, string image, string kubeconfig, string name, string space,
        CancellationToken cancellationToken)
    {
        var security = container["securityContext"]!;
        List<string> arguments =
        [
            "run", "-d", "--name", name, "--net", "host", "--user", "65532", "--security-opt", "no-new-privileges",
            "--tmpfs", "/tmp"
        ];
        arguments.AddRange(security["readOnlyRootFilesystem"]!.GetValue<bool>() ? ["--read-only"] : []);
        arguments.AddRange(security["capabilities"]!["drop"]!.AsArray()
            .SelectMany(c => new[] { "--cap-drop", c!.GetValue<string>() }));
        foreach (var mount in container["volumeMounts"]!.AsArray().Select(m => m!["mountPath"]!.GetValue<string>())
            .Where(p => p != "/tmp"))
        {
            var folder = run.FolderFor(Path.Combine("install", name + mount.Replace('/', '-')));
            await Shell.RunAsync("chown", ["65532:65532", folder], cancellationToken: cancellationToken);
            arguments.AddRange(["-v", $"{folder}:{mount}"]);
        }

        arguments.AddRange(
            ["-v", $"{kubeconfig}:/etc/drydock/kubeconfig:ro", image, "--kubeconfig=/etc/drydock/kubeconfig"]);
        arguments.AddRange(container["args"]!.AsArray().Select(
            a => a!.GetValue<string>().Replace("$(POD_NAMESPACE)", space, StringComparison.Ordinal)));
        await host.DockerAsync(arguments, cancellationToken: cancellationToken);
    }

    /// <summary>Waits until the probe of the Deployment says that it is ready.</summary>
    public async Task WaitUntilReadyAsync(string container, CancellationToken cancellationToken)
    {
        var path = Container["readinessProbe"]!["httpGet"]!["path"]!.GetValue<string>();
        using var http = new HttpClient();
        try
        {
            await Deadline.UntilAsync(
                $"{path} of the operator in {container}",
                async token => (await http.GetStringAsync(new Uri($"http://{Host.Address}:8080{path}"), token))
                    .StartsWith("Healthy", StringComparison.Ordinal),
                cancellationToken: cancellationToken);
        }
        catch (LabException error)
        {
            throw new LabException($"{error.Message}; its log: {await LogAsync(container)}", error);
        }
    }

    /// <summary>What the container wrote.</summary>
    public async Task<string> LogAsync(string container)
    {
        var log = await Host.TryDockerAsync(["logs", "--tail", "40", container]);
        return log.Output + log.Error;
    }

    /// <summary>Who holds the lease; empty for nobody.</summary>
    public Task<string> LeaseHolderAsync(CancellationToken cancellationToken) =>
        Plane.KubectlAsync([
            "-n", OperatorNamespace, "get", "lease", "drydock-operator", "--ignore-not-found", "-o",
            "jsonpath={.spec.holderIdentity}"], cancellationToken: cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (_plane is not null)
        {
            await _plane.DisposeAsync();
        }
    }
}
