using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Crds;
using Drydock.Lab.Commands;

namespace Drydock.Lab.Demo;

/// <summary>Prepares a background lab for a demo: CRDs, RBAC, a namespace with Secrets, the operator.</summary>
/// <param name="checkout">The checkout, whose config/ is applied.</param>
/// <param name="operatorAssembly">Path of Drydock.Operator.dll.</param>
/// <param name="space">Namespace of the demo's upgrade.</param>
internal abstract class DemoControl(LabState lab, string checkout, string operatorAssembly, string space)
{
    private static readonly string[] Kinds =
    [
        "omsupgrades.drydock.dev", "databaserollingupgrades.drydock.dev", "snapshotrestores.drydock.dev",
        "backupsnapshots.drydock.dev"
    ];

    /// <summary>The API server as an administrator.</summary>
    public KubernetesClient Admin { get; } = new(
        KubeConfig.BuildConfigFromConfigFile(lab.ControlPlane!.Kubeconfig),
        KubernetesJson.CreateOptions(CrdsJsonContext.Default));

    protected LabState Lab => lab;

    protected string Checkout => checkout;

    /// <summary>Folder of the demo's files.</summary>
    public string Folder { get; } = Directory.CreateDirectory(Path.Combine(lab.Folder, "demo")).FullName;

    /// <summary>The operator's flags for storages in directories.</summary>
    protected abstract IReadOnlyList<string> StorageArguments { get; }

    /// <summary>Installs the shipped CRDs and RBAC and removes the objects of an earlier demo.</summary>
    public async Task InstallAsync()
    {
        var crds = Path.Combine(checkout, "config", "crd");
        await KubectlAsync(["apply", "--validate=false", "-k", crds]);

        // kubectl 1.20 fails at once on an object that has no conditions yet.
        await Deadline.UntilAsync("the CRDs to be established", async _ =>
        {
            await KubectlAsync(
                ["wait", "--for=condition=Established", "--timeout=3s", .. Kinds.Select(kind => "crd/" + kind)]);
            return true;
        });
        foreach (var needed in new[] { OperatorStage.OperatorNamespace, space })
        {
            await ApplyAsync(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new JsonObject { ["name"] = needed }
            });
        }

        await KubectlAsync(["apply", "-k", Path.Combine(checkout, "config", "rbac")]);
        foreach (var kind in Kinds)
        {
            foreach (var name in (await KubectlAsync(["-n", space, "get", kind, "-o", "name"])).Split(
                '\n', StringSplitOptions.RemoveEmptyEntries))
            {
                await KubectlAsync(
                    ["-n", space, "patch", name, "--type=merge", "-p", "{\"metadata\":{\"finalizers\":null}}"]);
                await KubectlAsync(["-n", space, "delete", name, "--ignore-not-found"]);
            }
        }

        await KubectlAsync(["-n", OperatorStage.OperatorNamespace, "delete", "leases", "--all"]);
        await SecretsAsync();
    }

    /// <summary>
    /// Starts the operator in the background under the shipped RBAC; ends one of an earlier demo first.
    /// </summary>
    public async Task StartOperatorAsync(CancellationToken cancellationToken)
    {
        await StopOperatorAsync(cancellationToken);
        var port = FreePort.Take();
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var argument in (string[])
        [
            "sh", "-c", "echo $$ >\"$0.pid\"; exec \"$@\" >\"$0.log\" 2>&1 </dev/null",
            Path.Combine(Folder, "operator"),
            "dotnet", operatorAssembly, "--kubeconfig", await ServiceAccountKubeconfigAsync(), "--namespace",
            OperatorStage.OperatorNamespace,
            "--http", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
            .. StorageArguments,
        ])
        {
            start.ArgumentList.Add(argument);
        }

        // The lab's reaper finds the operator by this mark at the end of the lab.
        start.Environment[LabRun.MarkVariable] = lab.RunId;
        using var process = Process.Start(start) ?? throw new LabException("The operator did not start.");
        using var http = new HttpClient();
        await Deadline.UntilAsync(
            "the operator to be ready",
            async token => (await http.GetAsync(
                new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/readyz")),
                token)).IsSuccessStatusCode,
            stillPossible: () => process.HasExited ? $"It ended. See {Folder}/operator.log" : null,
            cancellationToken: cancellationToken);
    }

    /// <summary>Kubeconfig of the lab's administrator.</summary>
    public string Kubeconfig => lab.ControlPlane!.Kubeconfig;

    /// <summary>The folder with kubectl and its plugin, for the PATH of a visitor.</summary>
    public string Tools => Path.Combine(Folder, "bin");

    /// <summary>Writes <see cref="Tools"/>.</summary>
    /// <param name="plugin">Path of kubectl-drydock.dll.</param>
    public async Task WriteToolsAsync(string plugin)
    {
        Directory.CreateDirectory(Tools);
        foreach (var (name, command) in new[]
        {
            ("kubectl", $"'{lab.ControlPlane!.Kubectl}'"), ("kubectl-drydock", $"dotnet '{plugin}'")
        })
        {
            var path = Path.Combine(Tools, name);
            await File.WriteAllTextAsync(path, $"#!/bin/sh\nexec {command} \"$@\"\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>kubectl, as the lab's administrator.</summary>
    public Task<string> KubectlAsync(IEnumerable<string> arguments, string? stdin = null) =>
        Shell.RunAsync(lab.ControlPlane!.Kubectl, ["--kubeconfig", lab.ControlPlane.Kubeconfig, .. arguments], stdin);

    /// <summary>Creates or replaces an object.</summary>
    protected Task<string> ApplyAsync(JsonObject manifest) =>
        KubectlAsync(["apply", "-f", "-"], manifest.ToJsonString());

    /// <summary>Creates the Secrets that the demo's upgrade refers to.</summary>
    protected abstract Task SecretsAsync();

    // kubectl 1.20 has no "create token", but the API server of that version has the subresource.
    private async Task<string> ServiceAccountKubeconfigAsync()
    {
        var answer = await KubectlAsync(
            [
                "create", "--raw",
                $"/api/v1/namespaces/{OperatorStage.OperatorNamespace}/serviceaccounts/{OperatorStage.ServiceAccount}"
                + "/token",
                "-f", "-"
            ],
            """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":86400}}""");
        var token = JsonNode.Parse(answer)!["status"]!["token"]!.GetValue<string>();
        var config = JsonNode.Parse(await KubectlAsync(["config", "view", "--raw", "--flatten", "-o", "json"]))!;
        foreach (var user in config["users"]!.AsArray())
        {
            user!["user"] = new JsonObject { ["token"] = token };
        }

        var path = Path.Combine(Folder, "operator.kubeconfig");
        await File.WriteAllTextAsync(path, config.ToJsonString());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private async Task StopOperatorAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(Folder, "operator.pid");
        if (!File.Exists(file) || !int.TryParse(
            (await File.ReadAllTextAsync(file, cancellationToken)).Trim(), NumberStyles.None,
            CultureInfo.InvariantCulture, out var id) || !ProcFs.IsAlive(id))
        {
            return;
        }

        Signals.Send(id, LabSignal.Terminate);
        await Deadline.UntilAsync(
            "the operator of the last demo to end", _ => Task.FromResult(!ProcFs.IsAlive(id)),
            cancellationToken: cancellationToken);
    }
}
