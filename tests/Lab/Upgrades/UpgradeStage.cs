using System.Text.Json.Nodes;
using Drydock.Lab.Oms;

namespace Drydock.Lab.Upgrades;

/// <summary>
/// Everything an upgrade needs, for real: control plane with CRDs and RBAC, Docker hosts, metadata database, the old
/// OMS on all hosts, storage, Secrets. Optionally with fault proxies between the operator and each of them.
/// </summary>
public sealed class UpgradeStage : IAsyncDisposable
{
    /// <summary>Namespace of the operator, as config/default has it.</summary>
    public const string OperatorNamespace = OperatorStage.OperatorNamespace;

    /// <summary>Service account of the operator.</summary>
    public const string ServiceAccount = OperatorStage.ServiceAccount;

    private readonly StageOptions _options;
    private readonly bool _ownsRun;
    private readonly List<DockerHost> _hosts = [];
    private LabRegistry? _registry;
    private StageS3? _s3;

    private UpgradeStage(StageOptions options, LabRun run, bool ownsRun)
    {
        _options = options;
        Run = run;
        _ownsRun = ownsRun;
        Snapshots = run.FolderFor("snapshots");
        Images = run.FolderFor("images");
        Road = options.Road;
    }

    /// <summary>The lab run.</summary>
    public LabRun Run { get; }

    /// <summary>The API server.</summary>
    public ControlPlane ControlPlane { get; private set; } = null!;

    /// <summary>Operators, objects, Secrets.</summary>
    public OperatorStage Operator { get; private set; } = null!;

    /// <summary>The Docker hosts of the road.</summary>
    public IReadOnlyList<DockerHost> Hosts { get; private set; } = [];

    /// <summary>The road that is set.</summary>
    public UpgradeRoad Road { get; private set; }

    /// <summary>The operators started on this stage that still run, oldest first.</summary>
    public IReadOnlyList<LabOperator> Operators => Operator.Operators;

    /// <summary>What the last operator was told, for a successor that is to be told the same.</summary>
    public LabOperatorOptions? LastOperatorOptions => Operator.LastOptions;

    /// <summary>The registry with the new image, for roads that pull.</summary>
    public LabRegistry Registry =>
        _registry ?? throw new InvalidOperationException($"road {Road} pulls nothing (ImageSource.Registry)");

    /// <summary>The storage of the snapshots, for roads that keep them in S3.</summary>
    public StageS3 S3 =>
        _s3 ?? throw new InvalidOperationException($"road {Road} keeps its snapshots in a directory (SnapshotsInS3)");

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

    /// <summary>
    /// Kubeconfig of the operator: a ServiceAccount token under the shipped RBAC, through the fault proxy if there is
    /// one.
    /// </summary>
    public string OperatorKubeconfig => Operator.Kubeconfig;

    /// <summary>Builds and starts everything.</summary>
    public static async Task<UpgradeStage> StartAsync(
        StageOptions options, LabRun? run = null, CancellationToken cancellationToken = default)
    {
        var stage = new UpgradeStage(options, run ?? await LabRun.StartAsync(cancellationToken: cancellationToken), run is null);
        try
        {
            await stage.StartPartsAsync(cancellationToken);
            stage.Operator = await OperatorStage.InstallAsync(
                stage.Run, stage.ControlPlane, stage.Faults?.Kubernetes, options.Checkout, options.OperatorAssembly, options.ModernCrds, cancellationToken);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts an operator against this stage.</summary>
    public LabOperator StartOperator(LabOperatorOptions? options = null) => Operator.StartOperator(options);

    /// <summary>Kills every operator of this stage that still runs.</summary>
    public Task EndOperatorsAsync() => Operator.EndOperatorsAsync();

    /// <summary>
    /// Sets another road: its hosts, its OMS, its image source. Then the stage is as after <see cref="ResetAsync"/>.
    /// </summary>
    public async Task UseAsync(UpgradeRoad road, CancellationToken cancellationToken = default)
    {
        if (road != Road)
        {
            await Oms.RemoveAsync();
            Road = road;
            await BuildOmsAsync(cancellationToken);
        }

        await ResetAsync(cancellationToken);
    }

    /// <summary>
    /// Makes every token the operator ever had invalid, as an expired one is; <see cref="RenewTokenAsync"/> gives it a
    /// new one, as the kubelet does.
    /// </summary>
    public Task ExpireTokenAsync(CancellationToken cancellationToken = default) => Operator.ExpireTokenAsync(cancellationToken);

    /// <summary>Writes a fresh token where the operator's kubeconfig points to.</summary>
    public Task RenewTokenAsync(CancellationToken cancellationToken = default) => Operator.RenewTokenAsync(cancellationToken);

    /// <summary>
    /// Back to the beginning: no object of Drydock anywhere, no claim, no lease, no dump, the old OMS on all hosts as
    /// seeded, no fault armed. The operator must not run meanwhile.
    /// </summary>
    public async Task ResetAsync(CancellationToken cancellationToken = default)
    {
        Faults?.Ledger.ClearRules();
        await Task.WhenAll(Oms.ResetAsync(cancellationToken), Operator.CleanAsync(cancellationToken));
        await HangingVolume.RemoveAsync(Snapshots, cancellationToken);
        foreach (var entry in Directory.EnumerateDirectories(Snapshots))
        {
            Directory.Delete(entry, recursive: true);
        }

        if (Road.SnapshotsInS3)
        {
            await S3.ResetAsync(cancellationToken);
        }

        Faults?.Reset();
    }

    /// <summary>A namespace with the Secrets an upgrade needs.</summary>
    public async Task<string> NewNamespaceAsync()
    {
        var name = await Operator.NewNamespaceAsync("oms");
        await CreateSecretsAsync(name);
        return name;
    }

    /// <summary>Creates or replaces the Secrets an upgrade refers to.</summary>
    public Task CreateSecretsAsync(string space)
    {
        var tls = Hosts.Select(host => StageSecret.Opaque(
            $"docker-tls-{host.Name}",
            ("ca.crt", File.ReadAllText(host.Client.AuthorityPath)),
            ("tls.crt", File.ReadAllText(host.Client.CertificatePath)),
            ("tls.key", File.ReadAllText(host.Client.KeyPath))));
        return Operator.ApplySecretsAsync(space, UpgradeManifest.Secrets(this).Concat(tls));
    }

    /// <summary>Where snapshots go, as <c>spec.backup.storage</c>.</summary>
    public JsonObject Storage() =>
        _options.Storage?.Invoke(this) ?? (Road.SnapshotsInS3 ? S3.Storage : null) ?? new JsonObject { ["directory"] = new JsonObject { ["path"] = Snapshots } };

    /// <summary>
    /// The manifest of the road, with this stage's addresses and folders; change it freely before it is applied.
    /// </summary>
    public JsonObject Manifest(string space, string name = "oms-322-to-422") => UpgradeManifest.Write(this, space, name);

    /// <summary>kubectl apply.</summary>
    public Task ApplyAsync(string manifest) => Operator.ApplyAsync(manifest);

    /// <summary>Reads an upgrade.</summary>
    public Task<JsonNode> GetUpgradeAsync(string space, string name = "oms-322-to-422") => Operator.GetAsync("omsupgrades.drydock.dev", space, name);

    /// <summary>
    /// Follows an upgrade by a watch until it is as wanted; fails at the deadline with its last status.
    /// </summary>
    /// <exception cref="LabException">The deadline passed.</exception>
    public Task<JsonNode> WaitForAsync(string space, Func<JsonNode, bool> wanted, TimeSpan? deadline = null, string name = "oms-322-to-422", CancellationToken cancellationToken = default) =>
        Operator.WaitForAsync("omsupgrades", space, name, wanted, deadline ?? TimeSpan.FromMinutes(3), cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Faults is not null)
        {
            await Faults.DisposeAsync();
        }

        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }

        if (_s3 is not null)
        {
            await _s3.DisposeAsync();
        }

        if (_ownsRun)
        {
            await Run.DisposeAsync();
        }
    }

    private async Task StartPartsAsync(CancellationToken cancellationToken)
    {
        var images = OmsImages.BuildAsync(cancellationToken: cancellationToken);
        var hosts = AddHostsAsync(Math.Max(_options.Hosts, Road.Nodes(_options.Hosts)), cancellationToken);
        var metaDb = MetaDb.StartAsync(Run, new MetaDbOptions { DataBytes = _options.MetaDbDataBytes }, cancellationToken);
        ControlPlane = await ControlPlane.StartAsync(Run, cancellationToken: cancellationToken);
        (OmsImages, MetaDb) = (await images, await metaDb);
        await hosts;
        Faults = _options.Faults ? new StageFaults(Run, ControlPlane, _hosts, MetaDb) : null;
        await BuildOmsAsync(cancellationToken);
        await Oms.ResetAsync(cancellationToken);
    }

    private async Task AddHostsAsync(int count, CancellationToken cancellationToken)
    {
        var options = new DockerHostOptions { DataBytes = _options.DockerDataBytes };
        var added = await Task.WhenAll(Enumerable.Range(_hosts.Count, count - _hosts.Count).Select(i => DockerHost.StartAsync(Run, $"oms-{(char)('a' + i)}", options, cancellationToken)));
        foreach (var host in added)
        {
            _hosts.Add(host);
            Faults?.AddHost(host);
        }
    }

    private async Task BuildOmsAsync(CancellationToken cancellationToken)
    {
        var nodes = Road.Nodes(_options.Hosts);
        if (nodes > _hosts.Count)
        {
            await AddHostsAsync(nodes, cancellationToken);
        }

        Hosts = [.. _hosts.Take(nodes)];
        Oms = Road.Build([.. Hosts.Select(h => new OmsDockerHost(h))], new OmsMariaDb(MetaDb), Run.FolderFor("oms"), OmsImages, _options.Scenario);
        if (Road.ImageSource == ImageSource.Registry)
        {
            _registry ??= await LabRegistry.StartAsync(Run, cancellationToken: cancellationToken);
            await _registry.PushAsync(Hosts[0], Oms.To, cancellationToken);
        }

        if (Road.SnapshotsInS3)
        {
            _s3 ??= await StageS3.StartAsync(Run, cancellationToken);
        }
    }
}
