using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Crds;
using Drydock.Lab.Commands;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Demo;

/// <summary>What the demo sets up on a lab that stays up in the background: OMS 3.2.2, CRDs, RBAC, Secrets, the operator, the sample.</summary>
internal sealed class DemoStage(LabState lab, string checkout, string operatorAssembly)
{
    /// <summary>Namespace of the sample.</summary>
    public const string Namespace = "oms";

    /// <summary>Name of the sample's upgrade.</summary>
    public const string Upgrade = "oms-322-to-422";

    private const string Sample = "omsupgrade-ee-3.2.2-to-4.2.2.yaml";
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(lab.Folder, "demo")).FullName;

    /// <summary>The API server as an administrator.</summary>
    public KubernetesClient Admin { get; } = new(
        KubernetesClientConfiguration.BuildConfigFromConfigFile(lab.ControlPlane!.Kubeconfig), KubernetesJson.CreateOptions(CrdsJsonContext.Default));

    /// <summary>Where the dumps go.</summary>
    public string Snapshots => Path.Combine(_folder, "snapshots");

    /// <summary>OMS 3.2.2 on every host, as seeded; also when it was upgraded before.</summary>
    public async Task<OmsScenario> SeedAsync(CancellationToken cancellationToken)
    {
        var images = await OmsImages.BuildAsync(cancellationToken: cancellationToken);
        var storage = Directory.CreateDirectory(Path.Combine(_folder, "images")).FullName;
        File.Copy(images.NewArchiveGz, Path.Combine(storage, "oms_422.tar.gz"), overwrite: true);
        Directory.CreateDirectory(Snapshots);
        var oms = new OmsScenario(
            [.. lab.Hosts.Select(h => new CliDockerHost(h))],
            new CliMetaDb(lab.MetaDb!),
            new OmsScenarioOptions { Root = Path.Combine(_folder, "oms"), Images = images, NewImagePresent = false });
        await oms.ResetAsync(cancellationToken);
        return oms;
    }

    /// <summary>CRDs and RBAC as shipped, and nothing left of an earlier demo.</summary>
    public async Task InstallAsync()
    {
        await KubectlAsync(["apply", "--validate=false", "-k", Path.Combine(checkout, "config", "crd")]);
        await KubectlAsync(["wait", "--for=condition=Established", "--timeout=60s", "crd/omsupgrades.drydock.dev", "crd/backupsnapshots.drydock.dev", "crd/snapshotrestores.drydock.dev"]);
        foreach (var space in new[] { UpgradeStage.OperatorNamespace, Namespace })
        {
            await ApplyAsync(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = space } });
        }

        await KubectlAsync(["apply", "-k", Path.Combine(checkout, "config", "rbac")]);
        foreach (var kind in new[] { "omsupgrades.drydock.dev", "snapshotrestores.drydock.dev", "backupsnapshots.drydock.dev" })
        {
            foreach (var name in (await KubectlAsync(["-n", Namespace, "get", kind, "-o", "name"])).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                await KubectlAsync(["-n", Namespace, "patch", name, "--type=merge", "-p", "{\"metadata\":{\"finalizers\":null}}"]);
                await KubectlAsync(["-n", Namespace, "delete", name, "--ignore-not-found"]);
            }
        }

        await KubectlAsync(["-n", UpgradeStage.OperatorNamespace, "delete", "leases", "--all"]);
        await SecretsAsync();
    }

    /// <summary>Starts the operator in the background under the shipped RBAC; ends one of an earlier demo first.</summary>
    public async Task StartOperatorAsync(CancellationToken cancellationToken)
    {
        await StopOperatorAsync(cancellationToken);
        var port = FreePort.Take();
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var argument in (string[])
        [
            "sh", "-c", "echo $$ >\"$0.pid\"; exec \"$@\" >\"$0.log\" 2>&1 </dev/null", Path.Combine(_folder, "operator"),
            "dotnet", operatorAssembly, "--kubeconfig", await ServiceAccountKubeconfigAsync(), "--namespace", UpgradeStage.OperatorNamespace,
            "--http", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
        ])
        {
            start.ArgumentList.Add(argument);
        }

        // The mark by which the lab's reaper finds it when the lab goes.
        start.Environment[LabRun.MarkVariable] = lab.RunId;
        using var process = Process.Start(start) ?? throw new LabException("the operator did not start");
        using var http = new HttpClient();
        await Deadline.UntilAsync(
            "the operator to be ready",
            async token => (await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/readyz")), token)).IsSuccessStatusCode,
            stillPossible: () => process.HasExited ? $"it ended; see {_folder}/operator.log" : null,
            cancellationToken: cancellationToken);
    }

    /// <summary>Applies the sample of config/samples with the lab's addresses in place of the documentation's.</summary>
    public async Task ApplySampleAsync()
    {
        File.Copy(Path.Combine(checkout, "config", "samples", Sample), Path.Combine(_folder, Sample), overwrite: true);
        var patch = new StringBuilder();
        for (var i = 0; i < lab.Hosts.Count; i++)
        {
            Replace(patch, $"/spec/regions/0/nodes/{i}/hostIP", lab.Hosts[i].Address);
            Replace(patch, $"/spec/regions/0/nodes/{i}/docker/endpoint", lab.Hosts[i].Endpoint);
        }

        Replace(patch, "/spec/imageArchive/storage/directory/path", Path.Combine(_folder, "images"));
        Replace(patch, "/spec/backup/storage/directory/path", Snapshots);
        await File.WriteAllTextAsync(Path.Combine(_folder, "addresses.yaml"), patch.ToString());
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "kustomization.yaml"),
            $"""
            namespace: {Namespace}
            resources:
            - {Sample}
            patchesJson6902:
            - target:
                group: drydock.dev
                version: v1alpha1
                kind: OmsUpgrade
                name: {Upgrade}
              path: addresses.yaml

            """);
        await KubectlAsync(["apply", "--validate=false", "-k", _folder]);
    }

    /// <summary>kubectl, as the lab's administrator.</summary>
    public Task<string> KubectlAsync(IEnumerable<string> arguments, string? stdin = null) =>
        Shell.RunAsync(lab.ControlPlane!.Kubectl, ["--kubeconfig", lab.ControlPlane.Kubeconfig, .. arguments], stdin);

    private static void Replace(StringBuilder patch, string path, string value) =>
        patch.Append(CultureInfo.InvariantCulture, $"- op: replace\n  path: {path}\n  value: {value}\n");

    private Task<string> ApplyAsync(JsonObject manifest) => KubectlAsync(["apply", "-f", "-"], manifest.ToJsonString());

    private async Task SecretsAsync()
    {
        var certificates = lab.Hosts[0].ClientFolder;
        await ApplyAsync(Secret("docker-tls", ("ca.crt", await File.ReadAllTextAsync(Path.Combine(certificates, "ca.pem"))), ("tls.crt", await File.ReadAllTextAsync(Path.Combine(certificates, "cert.pem"))), ("tls.key", await File.ReadAllTextAsync(Path.Combine(certificates, "key.pem")))));
        await ApplyAsync(Secret("oms-metadb", ("username", OmsScenario.MetaUser), ("password", OmsCanaries.MetaPassword)));
    }

    private static JsonObject Secret(string name, params (string Key, string Value)[] values) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace },
        ["stringData"] = new JsonObject(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value))),
    };

    // kubectl 1.20 has no "create token"; the subresource itself is as old as that.
    private async Task<string> ServiceAccountKubeconfigAsync()
    {
        var answer = await KubectlAsync(
            ["create", "--raw", $"/api/v1/namespaces/{UpgradeStage.OperatorNamespace}/serviceaccounts/{UpgradeStage.ServiceAccount}/token", "-f", "-"],
            """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":86400}}""");
        var token = JsonNode.Parse(answer)!["status"]!["token"]!.GetValue<string>();
        var config = JsonNode.Parse(await KubectlAsync(["config", "view", "--raw", "--flatten", "-o", "json"]))!;
        foreach (var user in config["users"]!.AsArray())
        {
            user!["user"] = new JsonObject { ["token"] = token };
        }

        var path = Path.Combine(_folder, "operator.kubeconfig");
        await File.WriteAllTextAsync(path, config.ToJsonString());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private async Task StopOperatorAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(_folder, "operator.pid");
        if (!File.Exists(file) || !int.TryParse((await File.ReadAllTextAsync(file, cancellationToken)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !ProcFs.IsAlive(id))
        {
            return;
        }

        Signals.Send(id, LabSignal.Terminate);
        await Deadline.UntilAsync("the operator of the last demo to end", _ => Task.FromResult(!ProcFs.IsAlive(id)), cancellationToken: cancellationToken);
    }
}
