namespace Drydock.Lab.Upgrades;

/// <summary>
/// All real parts of an upgrade: control plane with CRDs and RBAC, Docker hosts, metadata database, the old OMS on all
/// hosts, storage, Secrets. Optionally with fault proxies between the operator and each of them.
/// </summary>
public sealed class UpgradeStage : IAsyncDisposable
{
    /// <summary>Namespace of the operator, as in config/default.</summary>
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

    public LabRun Run { get; }

    public ControlPlane ControlPlane { get; private set; } = null!;

    /// <summary>Operators, objects, Secrets.</summary>
    public OperatorStage Operator { get; private set; } = null!;

    /// <summary>The Docker hosts of the road.</summary>
    public IReadOnlyList<DockerHost> Hosts { get; private set; } = [];

    public UpgradeRoad Road { get; private set; }

    /// <summary>The running operators of this stage, oldest first.</summary>
    public IReadOnlyList<LabOperator> Operators => Operator.Operators;

    /// <summary>Options of the last operator, for a successor with the same settings.</summary>
    public LabOperatorOptions? LastOperatorOptions => Operator.LastOptions;

    /// <summary>The registry with the new image, for roads that pull.</summary>
    public LabRegistry Registry =>
        _registry ?? throw new InvalidOperationException($"Road {Road} pulls no image (ImageSource.Registry).");

    /// <summary>The storage of the snapshots, for roads that keep them in S3.</summary>
    public StageS3 S3 =>
        _s3 ?? throw new InvalidOperationException($"Road {Road} does not use S3 (SnapshotsInS3).");

    /// <summary>The metadata database's server.</summary>
    public MetaDb MetaDb { get; private set; } = null!;

    public OmsScenario Oms { get; private set; } = null!;

    public OmsImages OmsImages { get; private set; } = null!;

    /// <summary>Directory of the snapshots.</summary>
    public string Snapshots { get; }

    /// <summary>Directory of image archives.</summary>
    public string Images { get; }

    /// <summary>The fault proxies; null without <see cref="StageOptions.Faults"/>.</summary>
    public StageFaults? Faults { get; private set; }

    /// <summary>
    /// Kubeconfig of the operator: a ServiceAccount token with the shipped RBAC, through the fault proxy if there is
    /// one.
    /// </summary>
    public string OperatorKubeconfig => Operator.Kubeconfig;

    /// <summary>Builds and starts everything.</summary>
    public static async Task<UpgradeStage> StartAsync(
        StageOptions options, LabRun? run = null, CancellationToken cancellationToken = default)
    {
        var stage = new UpgradeStage(
            options, run ?? await LabRun.StartAsync(cancellationToken: cancellationToken), run is null);
        try
        {
            await stage.StartPartsAsync(cancellationToken);
            stage.Operator = await OperatorStage.InstallAsync(
                stage.Run, stage.ControlPlane, stage.Faults?.Kubernetes, options.Checkout, options.OperatorAssembly,
                options.ModernCrds, cancellationToken);
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

    /// <summary>Kills every running operator of this stage.</summary>
    public Task EndOperatorsAsync() => Operator.EndOperatorsAsync();

    /// <summary>
    /// Changes to another road: its hosts, its OMS, its image source. The stage is then in the same state as after <see
    /// cref="ResetAsync"/>.
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
    /// Invalidates every token that the operator ever had, as if they had expired. <see cref="RenewTokenAsync"/> gives
    /// it a new one, as the kubelet does.
    /// </summary>
    public Task ExpireTokenAsync(CancellationToken cancellationToken = default) =>
        Operator.ExpireTokenAsync(cancellationToken);

    /// <summary>Writes a fresh token into the token file of the operator's kubeconfig.</summary>
    public Task RenewTokenAsync(CancellationToken cancellationToken = default) =>
        Operator.RenewTokenAsync(cancellationToken);

    /// <summary>
    /// Resets the stage: no object of Drydock, no claim, no lease, no dump, the old OMS on all hosts as seeded, no
    /// armed fault. The operator must not run meanwhile.
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

    /// <summary>Makes a namespace with the Secrets of an upgrade.</summary>
    public async Task<string> NewNamespaceAsync()
    {
        var name = await Operator.NewNamespaceAsync("oms");
        await CreateSecretsAsync(name);
        return name;
    }

    /// <summary>Creates or replaces the Secrets of an upgrade.</summary>
    public Task CreateSecretsAsync(string space)
    {
        var tls = Hosts.Select(host => StageSecret.Opaque(
            $"docker-tls-{host.Name}",
            ("ca.crt", File.ReadAllText(host.Client.AuthorityPath)),
            ("tls.crt", File.ReadAllText(host.Client.CertificatePath)),
            ("tls.key", File.ReadAllText(host.Client.KeyPath))));
        return Operator.ApplySecretsAsync(space, UpgradeManifest.Secrets(this).Concat(tls));
    }

    /// <summary>Storage of the snapshots, as <c>spec.backup.storage</c>.</summary>
    public JsonObject Storage() =>
        _options.Storage?.Invoke(this) ?? (Road.SnapshotsInS3 ? S3.Storage : null)
            ?? new JsonObject { ["directory"] = new JsonObject { ["path"] = Snapshots } };

    /// <summary>
    /// The manifest of the road, with this stage's addresses and folders. The caller may change it before it is
    /// applied.
    /// </summary>
    public JsonObject Manifest(string space, string name = "oms-322-to-422") =>
        UpgradeManifest.Write(this, space, name);

    public Task ApplyAsync(string manifest) => Operator.ApplyAsync(manifest);

    public Task<JsonNode> GetUpgradeAsync(string space, string name = "oms-322-to-422") =>
        Operator.GetAsync("omsupgrades.drydock.dev", space, name);

    /// <summary>
    /// Follows an upgrade by a watch until it is as wanted. If the deadline passes, the exception contains its last
    /// status.
    /// </summary>
    /// <exception cref="LabException">The deadline passed.</exception>
    public Task<JsonNode> WaitForAsync(
        string space, Func<JsonNode, bool> wanted, TimeSpan? deadline = null, string name = "oms-322-to-422",
        CancellationToken cancellationToken = default) =>
        Operator.WaitForAsync(
            "omsupgrades", space, name, wanted, deadline ?? TimeSpan.FromMinutes(3), cancellationToken);

    /// <summary>Follows an upgrade for a time at most. Null if it did not become as wanted meanwhile.</summary>
    public Task<JsonNode?> SeenWithinAsync(
        string space, Func<JsonNode, bool> wanted, TimeSpan time, string name, CancellationToken cancellationToken) =>
        Operator.SeenWithinAsync("omsupgrades", space, name, wanted, time, cancellationToken);

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
        var metaDb = MetaDb.StartAsync(
            Run, new MetaDbOptions { DataBytes = _options.MetaDbDataBytes }, cancellationToken);
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
        var added = await Task.WhenAll(Enumerable.Range(_hosts.Count, count - _hosts.Count)
            .Select(i => DockerHost.StartAsync(Run, $"oms-{(char)('a' + i)}", options, cancellationToken)));
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
        Oms = Road.Build(
            [.. Hosts.Select(h => new OmsDockerHost(h))], new OmsMariaDb(MetaDb), Run.FolderFor("oms"), OmsImages,
            _options.Scenario);
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
