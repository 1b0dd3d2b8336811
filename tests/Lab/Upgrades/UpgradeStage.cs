using System.Text.Json.Nodes;
using Drydock.Lab.Oms;

namespace Drydock.Lab.Upgrades;

/// <summary>
/// Everything an upgrade needs, for real: control plane with CRDs and RBAC, Docker hosts, metadata database, OMS 3.2.2 on all hosts, storage, Secrets.
/// Optionally with fault proxies between the operator and each of them.
/// </summary>
public sealed class UpgradeStage : IAsyncDisposable
{
    /// <summary>Namespace of the operator, as config/default has it.</summary>
    public const string OperatorNamespace = "drydock-system";

    /// <summary>Service account of the operator.</summary>
    public const string ServiceAccount = "drydock-operator";

    private readonly StageOptions _options;
    private readonly bool _ownsRun;

    private UpgradeStage(StageOptions options, LabRun run, bool ownsRun)
    {
        _options = options;
        Run = run;
        _ownsRun = ownsRun;
        Snapshots = run.FolderFor("snapshots");
        Images = run.FolderFor("images");
    }

    /// <summary>The lab run.</summary>
    public LabRun Run { get; }

    /// <summary>The API server.</summary>
    public ControlPlane ControlPlane { get; private set; } = null!;

    /// <summary>The Docker hosts.</summary>
    public IReadOnlyList<DockerHost> Hosts { get; private set; } = [];

    /// <summary>The metadata database's server.</summary>
    public MetaDb MetaDb { get; private set; } = null!;

    /// <summary>OMS.</summary>
    public OmsScenario Oms { get; private set; } = null!;

    /// <summary>The images of OMS.</summary>
    public OmsImages OmsImages { get; private set; } = null!;

    /// <summary>Directory of the dumps.</summary>
    public string Snapshots { get; }

    /// <summary>Directory of image archives.</summary>
    public string Images { get; }

    /// <summary>The fault switches; null without <see cref="StageOptions.Faults"/>.</summary>
    public StageFaults? Faults { get; private set; }

    /// <summary>Kubeconfig of the operator: a ServiceAccount token under the shipped RBAC, through the fault proxy if there is one.</summary>
    public string OperatorKubeconfig { get; private set; } = "";

    /// <summary>Builds and starts everything.</summary>
    public static async Task<UpgradeStage> StartAsync(StageOptions options, LabRun? run = null, CancellationToken cancellationToken = default)
    {
        var stage = new UpgradeStage(options, run ?? await LabRun.StartAsync(cancellationToken: cancellationToken), run is null);
        try
        {
            await stage.StartPartsAsync(cancellationToken);
            await stage.InstallAsync(cancellationToken);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts an operator against this stage.</summary>
    public LabOperator StartOperator(LabOperatorOptions? options = null) => LabOperator.Start(Run, _options.OperatorAssembly, OperatorKubeconfig, OperatorNamespace, options);

    /// <summary>
    /// Back to the beginning: no object of Drydock anywhere, no claim, no lease, no dump, OMS 3.2.2 on all hosts as seeded, no fault armed.
    /// The operator must not run meanwhile.
    /// </summary>
    public async Task ResetAsync(CancellationToken cancellationToken = default)
    {
        Faults?.Ledger.ClearRules();
        await Task.WhenAll(Oms.ResetAsync(cancellationToken), new ApiCleaner(ControlPlane).CleanAsync(OperatorNamespace, cancellationToken));
        foreach (var entry in Directory.EnumerateDirectories(Snapshots))
        {
            Directory.Delete(entry, recursive: true);
        }

        Faults?.Ledger.Reset();
    }

    /// <summary>A namespace with the Secrets an upgrade needs.</summary>
    public async Task<string> NewNamespaceAsync()
    {
        var name = LabFixture.UniqueName("oms");
        await ControlPlane.KubectlAsync(["create", "namespace", name]);
        await CreateSecretsAsync(name);
        return name;
    }

    /// <summary>Creates or replaces the Secrets an upgrade refers to.</summary>
    public async Task CreateSecretsAsync(string space)
    {
        foreach (var host in Hosts)
        {
            await ApplyAsync(await ControlPlane.KubectlAsync(
                ["-n", space, "create", "secret", "generic", $"docker-tls-{host.Name}", $"--from-file=ca.crt={host.Client.AuthorityPath}", $"--from-file=tls.crt={host.Client.CertificatePath}", $"--from-file=tls.key={host.Client.KeyPath}", "--dry-run=client", "-o", "yaml"]));
        }
    }

    /// <summary>The sample manifest, with this stage's addresses and folders; change it freely before it is applied.</summary>
    public JsonObject Manifest(string space, string name = "oms-322-to-422")
    {
        var nodes = new JsonArray([.. Hosts.Select((host, i) => (JsonNode)new JsonObject
        {
            ["name"] = host.Name,
            ["hostIP"] = host.Address,
            ["docker"] = new JsonObject { ["endpoint"] = Faults?.DockerEndpoint(i) ?? host.Endpoint, ["tlsSecretRef"] = new JsonObject { ["name"] = $"docker-tls-{host.Name}" } },
        })]);
        var spec = new JsonObject
        {
            ["edition"] = "Enterprise",
            ["fromVersion"] = "3.2.2-bp2",
            ["toVersion"] = "4.2.2-bp1",
            ["image"] = OmsImages.NewTag,
            ["currentContainer"] = "oms_322bp2",
            ["newContainer"] = "oms_422bp1",
            ["regions"] = new JsonArray(new JsonObject { ["name"] = "default", ["nodes"] = nodes }),
            ["highAvailability"] = new JsonObject { ["method"] = "Sql" },
            ["preflight"] = new JsonObject { ["acknowledge"] = new JsonArray("NoForwardSwitchover", "SyncProjectsWithoutDbType") },
            ["backup"] = new JsonObject { ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = Snapshots } } },
        };
        if (!Oms.Options.NewImagePresent)
        {
            spec["imageArchive"] = new JsonObject
            {
                ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = Path.GetDirectoryName(OmsImages.NewArchiveGz) } },
                ["path"] = Path.GetFileName(OmsImages.NewArchiveGz),
                ["sha256"] = OmsImages.NewArchiveGzSha256,
            };
        }

        if (Faults is not null)
        {
            spec["metadataDatabase"] = new JsonObject { ["host"] = Faults.MetaDb.Address, ["port"] = Faults.MetaDb.Port };
        }

        return new JsonObject
        {
            ["apiVersion"] = "drydock.dev/v1alpha1",
            ["kind"] = "OmsUpgrade",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
            ["spec"] = spec,
        };
    }

    /// <summary>kubectl apply.</summary>
    public Task ApplyAsync(string manifest) => ControlPlane.KubectlAsync(["apply", "--validate=false", "-f", "-"], manifest);

    /// <summary>Reads an upgrade.</summary>
    public async Task<JsonNode> GetUpgradeAsync(string space, string name = "oms-322-to-422") =>
        JsonNode.Parse(await ControlPlane.KubectlAsync(["-n", space, "get", "omsupgrades.drydock.dev", name, "-o", "json"]))!;

    /// <summary>Follows an upgrade by a watch until it is as wanted; fails at the deadline with its last status.</summary>
    /// <exception cref="LabException">The deadline passed.</exception>
    public Task<JsonNode> WaitForAsync(string space, Func<JsonNode, bool> wanted, TimeSpan? deadline = null, string name = "oms-322-to-422", CancellationToken cancellationToken = default) =>
        new ObjectFollower(ControlPlane, $"/apis/drydock.dev/v1alpha1/namespaces/{space}/omsupgrades", name).UntilAsync(wanted, deadline ?? TimeSpan.FromMinutes(3), cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Faults is not null)
        {
            await Faults.DisposeAsync();
        }

        if (_ownsRun)
        {
            await Run.DisposeAsync();
        }
    }

    private async Task StartPartsAsync(CancellationToken cancellationToken)
    {
        var images = OmsImages.BuildAsync(cancellationToken: cancellationToken);
        var hosts = Task.WhenAll(Enumerable.Range(0, _options.Hosts).Select(i => DockerHost.StartAsync(Run, $"oms-{(char)('a' + i)}", cancellationToken: cancellationToken)));
        var metaDb = MetaDb.StartAsync(Run, cancellationToken: cancellationToken);
        ControlPlane = await ControlPlane.StartAsync(Run, cancellationToken: cancellationToken);
        (OmsImages, Hosts, MetaDb) = (await images, await hosts, await metaDb);
        Oms = new OmsScenario(
            [.. Hosts.Select(h => new OmsDockerHost(h))],
            new OmsMariaDb(MetaDb),
            _options.Scenario(new OmsScenarioOptions { Root = Run.FolderFor("oms"), Images = OmsImages }));
        Faults = _options.Faults ? new StageFaults(Run, ControlPlane, Hosts, MetaDb) : null;
        await Oms.ResetAsync(cancellationToken);
    }

    // The CRDs and the RBAC as they are shipped; kubectl 1.20 does not know CEL rules, so its own check is off (docs/install.md).
    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        var config = Path.Combine(_options.Checkout, "config");
        if (_options.ModernCrds)
        {
            await StageCrds.ServeAsync(Run, ControlPlane, Path.Combine(config, "crd"), cancellationToken);
        }
        else
        {
            await ControlPlane.KubectlAsync(["apply", "--validate=false", "-k", Path.Combine(config, "crd")], cancellationToken: cancellationToken);
            await ControlPlane.KubectlAsync(["wait", "--for=condition=Established", "--timeout=60s", "crd/omsupgrades.drydock.dev", "crd/backupsnapshots.drydock.dev"], cancellationToken: cancellationToken);
        }

        await ControlPlane.KubectlAsync(["create", "namespace", OperatorNamespace], cancellationToken: cancellationToken);
        await ControlPlane.KubectlAsync(["apply", "-k", Path.Combine(config, "rbac")], cancellationToken: cancellationToken);
        OperatorKubeconfig = await ControlPlane.CreateServiceAccountKubeconfigAsync(
            OperatorNamespace, ServiceAccount, Path.Combine(Run.Folder, "operator.kubeconfig"), Faults?.Kubernetes.Server, cancellationToken: cancellationToken);
    }
}
