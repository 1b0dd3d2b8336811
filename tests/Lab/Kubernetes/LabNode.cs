namespace Drydock.Lab;

/// <summary>
/// A node with one pod, so that exec, logs and port-forward of the real API server are answered by the kubelet's own
/// streaming code. There are no containers: what is executed runs on this machine, and sees a folder of the lab as the
/// directory of a volume.
/// </summary>
public sealed class LabNode : IAsyncDisposable
{
    private const string Kubelet = "127.0.0.1:10250";
    private readonly LabRun _run;
    private readonly ControlPlane _server;
    private readonly LabNodeOptions _options;
    private LabProcess? _process;

    private LabNode(LabRun run, ControlPlane server, LabNodeOptions options)
    {
        _run = run;
        _server = server;
        _options = options;
    }

    /// <summary>Starts a node and creates its pod. Only one node of a control plane can run at a time.</summary>
    public static async Task<LabNode> StartAsync(
        LabRun run, ControlPlane server, LabNodeOptions options, CancellationToken cancellationToken = default)
    {
        var node = new LabNode(run, server, options);
        await node.StartProcessAsync(cancellationToken);
        await node.CreateObjectsAsync();
        return node;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        await _server.KubectlAsync(
            ["-n", _options.Space, "delete", "pod", _options.Pod, "--force", "--grace-period=0", "--wait=false"]);
        await _server.KubectlAsync(["delete", "node", _options.Name]);
    }

    private async Task StartProcessAsync(CancellationToken cancellationToken)
    {
        List<string> arguments =
            ["-listen", Kubelet, "-log", _options.Log ?? "", "-previous", _options.PreviousLog ?? ""];
        // The volume is mounted where the pod has it, in mounts of the executed program alone.
        var mount = $"mount -t tmpfs -o size=1m drydock-lab /var/lib && mkdir -p '{_options.MountPath}' && mount "
            + $"--bind \"$0\" '{_options.MountPath}' && exec \"$@\"";
        arguments.AddRange(["--", "unshare", "--mount", "--", "sh", "-c", mount, _options.Folder]);
        _process = _run.StartProcess(new LabProcessOptions
        {
            Name = _options.Name,
            FileName = _server.NodeProgram,
            Arguments = arguments,
            Namespace = _server.Namespace,
        });
        await _process.WaitUntilReadyAsync(
            _ => Task.FromResult(_process.LogTail().Contains("ready", StringComparison.Ordinal)),
            cancellationToken: cancellationToken);
    }

    private async Task CreateObjectsAsync()
    {
        var node = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject { ["name"] = _options.Name },
        };
        var pod = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] =
                new JsonObject { ["name"] = _options.Pod, ["namespace"] = _options.Space, ["labels"] = Labels() },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = _options.Name,
                ["automountServiceAccountToken"] = false,
                ["containers"] = new JsonArray(
                    new JsonObject { ["name"] = "operator", ["image"] = "drydock-operator:lab" }),
            },
        };
        await CreateAsync(node, "/api/v1/nodes", new JsonObject
        {
            ["addresses"] = new JsonArray(
                new JsonObject { ["type"] = "InternalIP", ["address"] = Kubelet.Split(':')[0] }),
            ["daemonEndpoints"] = new JsonObject
            {
                ["kubeletEndpoint"] =
                    new JsonObject { ["Port"] = int.Parse(Kubelet.Split(':')[1], CultureInfo.InvariantCulture) }
            },
        });
        await CreateAsync(pod, $"/api/v1/namespaces/{_options.Space}/pods", new JsonObject { ["phase"] = "Running" });
    }

    // The Deployment selects by these.
    private static JsonObject Labels() => new()
    {
        ["app.kubernetes.io/name"] = "drydock",
        ["app.kubernetes.io/instance"] = "drydock",
        ["app.kubernetes.io/component"] = "operator",
    };

    private async Task CreateAsync(JsonObject manifest, string path, JsonObject status)
    {
        await _server.KubectlAsync(["create", "--validate=false", "-f", "-"], manifest.ToJsonString());
        using var http = _server.CreateHttpClient();
        using var body = new StringContent(
            new JsonObject { ["status"] = status }.ToJsonString(), System.Text.Encoding.UTF8,
            "application/merge-patch+json");
        using var answer = await http.PatchAsync(
            new Uri($"{path}/{manifest["metadata"]!["name"]}/status", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
    }
}
