using Drydock.Clients.Docker;
using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Clients.Kubernetes.Leadership;
using Drydock.Clients.MySql;
using Drydock.Clients.Ssh;
using Drydock.Crds;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.SnapshotRestores;
using Drydock.Reconcilers.Oms;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Operator.Composition;

/// <summary>Composes the operator by hand: there are few parts, and the compiler checks them.</summary>
public sealed partial class OperatorComposition : IAsyncDisposable
{
    // The kubelet sets it in every pod; no host of an upgrade has this address.
    private const string ApiServerVariable = "KUBERNETES_SERVICE_HOST";

    private readonly KubernetesClient _client;
    private readonly EventRecorder _events;
    private readonly DockerEndpoints _docker;
    private readonly Storages _storages;
    private readonly LeaderElector? _elector;
    private readonly IReadOnlyList<IControllerParts> _controllers;
    private readonly RetentionRun _retention;
    private readonly IReadOnlyList<IRunObserver> _observers;
    private readonly List<IDisposable> _metrics;
    private readonly OtlpExport? _export;
    private readonly CrdSchemaCheck _schema;
    private readonly SnapshotToolOptions _tools;
    private readonly ILogger _logger;

    private OperatorComposition(
        KubernetesClient client,
        k8s.KubernetesClientConfiguration configuration,
        OperatorOptions options,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        _client = client;
        var endpoints = EndpointPolicy.Create(
            options.AllowAddresses, options.AllowUnixEndpoints, Environment.GetEnvironmentVariable(ApiServerVariable));
        var space = options.Namespace ?? client.DefaultNamespace;
        var scope = new NamespaceScope(options.WatchNamespaces);
        var identity = ProcessIdentity.OfThisProcess();
        Identity = identity.Text;
        _logger = loggers.CreateLogger<OperatorComposition>();
        _events = new EventRecorder(
            client, new EventRecorderOptions { Namespace = space }, time, loggers.CreateLogger<EventRecorder>());
        var docker = new DockerClientOptions { Endpoints = endpoints };
        _docker = new DockerEndpoints(endpoint => new DockerClient(endpoint, docker, time), time);
        _elector = options.LeaderElection
            ? new LeaderElector(
                PackageClient.Create(configuration, new KubernetesClientOptions(), time),
                new LeaderElectionOptions
                {
                    LeaseName = "drydock-operator",
                    Namespace = space,
                    Identity = identity.Text,
                    HasEnded = identity.HasEnded,
                    LeaseDuration = options.LeaseDuration,
                    RenewDeadline = options.RenewDeadline,
                    RetryPeriod = options.RetryPeriod,
                    OnOverdue = why => LastResort.End(_logger, why),
                },
                time,
                loggers)
            : null;
        var fence = new LeadershipFence(_elector);
        var changes = new AsyncSignal();
        var roots = new StorageRoots(options.StorageRoots, options.StorageShared, options.StorageTimeout, time);
        _storages = new Storages(
            client,
            roots,
            time,
            endpoints,
            options.S3OwnCredentials ? new S3OwnCredentials(Environment.GetEnvironmentVariable) : null);
        Space = new StorageSpace(roots, time);
        var archives = new HashedArchives(time);
        var claims = new TargetClaims(client, space, time, fence, scope);
        _schema = new CrdSchemaCheck(client, time, loggers.CreateLogger<CrdSchemaCheck>());
        _tools = new SnapshotToolOptions { ScratchRoot = options.ScratchDirectory ?? Path.GetTempPath() };
        var oms = new OmsServices
        {
            Kubernetes = client,
            Docker = _docker,
            Metadata = target => new SqlOmsMetadata(target, endpoints),
            Archives = new StorageArchiveReader(_storages, archives),
            Api = target => new HttpOmsApi(target, endpoints, time),
            BackupStorage = _storages,
            SnapshotChanges = changes,
            Claims = claims,
            Fence = fence,
            Events = _events,
            Time = time,
            Loggers = loggers,
        };
        var snapshots = new SnapshotServices
        {
            Kubernetes = client,
            Snapshotter = new Snapshotter(time: time, options: _tools),
            Loader = new SnapshotLoader(_tools, time: time),
            Storages = _storages,
            Servers = connection => new SqlRestoreServer(connection, time),
            Claims = claims,
            InUse = (upgrade, token) => OmsInUse.CheckAsync(oms, upgrade, token),
            Changes = changes,
            Scope = scope,
            Fence = fence,
            Events = _events,
            Endpoints = endpoints,
            Time = time,
            Loggers = loggers,
        };
        _retention = new RetentionRun(snapshots);
        var databases = new DatabaseServices
        {
            Engines = SupportedEngines.All,
            Kubernetes = client,
            Hosts = new DatabaseHostServices(_storages, _docker, time)
            {
                Fence = fence,
                Ssh = new SshOptions { Endpoints = endpoints },
                Archives = archives,
            },
            Endpoints = endpoints,
            Storages = _storages,
            SnapshotChanges = changes,
            Claims = claims,
            Fence = fence,
            Events = _events,
            Time = time,
            Loggers = loggers,
        };
        var upgradeParts = new ControllerParts<OmsUpgrade>(
            oms,
            scope,
            (writer, trigger) => new OmsUpgradeController(oms, writer, trigger),
            OmsUpgradeController.ReferencedSecrets,
            OmsUpgradeSample.Sampling);
        var databaseParts = new ControllerParts<DatabaseRollingUpgrade>(
            databases,
            scope,
            (writer, trigger) => new DatabaseRollingUpgradeController(databases, writer, trigger),
            DatabaseRollingUpgradeController.ReferencedSecrets,
            DatabaseUpgradeSample.Sampling);
        var snapshotParts = new ControllerParts<BackupSnapshot>(
            snapshots,
            scope,
            (writer, trigger) => new BackupSnapshotController(snapshots, writer, trigger),
            BackupSnapshotController.ReferencedSecrets,
            JobSamples.Snapshots);
        var restoreParts = new ControllerParts<SnapshotRestore>(
            snapshots,
            scope,
            (writer, trigger) => new SnapshotRestoreController(snapshots, writer, trigger),
            SnapshotRestoreController.ReferencedSecrets,
            JobSamples.Restores);
        // Before the parts that record. Where nothing is sent, OpenTelemetry is not even loaded.
        var otlp = OtlpSettings.Read(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        _export = otlp is { Metrics: null, Traces: null }
            ? null
            : new OtlpExport(otlp, BuildInfo.Version, Identity, time, loggers.CreateLogger<OtlpExport>());
        _controllers = [upgradeParts, databaseParts, snapshotParts, restoreParts];
        Func<bool> leads = () => _elector?.IsLeader != false;
        var sources = _controllers.Select(c => c.Source).ToList();
        var counters = new RunCounters(sources, leads, time);
        _observers = [counters, new RunSpans(leads, time)];
        _metrics =
        [
            counters,
            new RunGauges(sources, leads, time),
            new SnapshotMetrics(snapshotParts.Objects, leads, time),
        ];
    }

    public string Identity { get; }

    /// <summary>Why this process must not lead because of the CRDs in the cluster, with the remedy; null if it
    /// may.</summary>
    public string? SchemaProblem => _schema.Problem;

    public LeaderElector? Elector => _elector;

    public IReadOnlyList<IWatchHealth> Watches => [.. _controllers.SelectMany(c => c.Watches)];

    internal StorageSpace Space { get; }

    /// <summary>Reads the configuration and puts the parts together; nothing is connected to yet.</summary>
    /// <exception cref="OperatorOptionException">Options do not fit each other.</exception>
    public static OperatorComposition Create(OperatorOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        options.Validate();
        var configuration = options.Kubeconfig is null && options.Context is null
            ? KubeConfig.BuildDefaultConfig(time)
            : KubeConfig.BuildConfigFromConfigFile(options.Kubeconfig, options.Context, time);
        var client = new KubernetesClient(
            configuration, KubernetesJson.CreateOptions(CrdsJsonContext.Default), time: time);
        return new OperatorComposition(client, configuration, options, time, loggers);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        RemoveScratch();
        _metrics.AddRange(_controllers.Select(parts => parts.Observe(_observers)));
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watches = Task.WhenAll(_controllers.Select(c => c.WatchAsync(both.Token)));
        try
        {
            await _schema.WaitAsync(both.Token);
            await (_elector is null ? LeadAsync(both.Token) : _elector.RunAsync(LeadAsync, both.Token));
        }
        finally
        {
            await both.CancelAsync();
            await watches.ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _export?.Dispose();
        _metrics.ForEach(part => part.Dispose());
        await _events.DisposeAsync();
        await _docker.DisposeAsync();
        _elector?.Dispose();
        _client.Dispose();
    }

    // Not fatal: only dumps and loads need these directories, and report if they cannot be used.
    private void RemoveScratch()
    {
        try
        {
            ScratchDirectory.RemoveLeft(_tools);
            LockedDirectory.RemoveLeft(Path.GetTempPath(), SshClient.DirectoryPrefix);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ScratchRemains(_logger, exception.Message);
        }
    }

    private Task LeadAsync(CancellationToken term)
    {
        foreach (var run in _controllers.SelectMany(c => c.Source.Samples()))
        {
            RunSpans.Resume(run);
        }

        return TermParts.RunAsync(
            [
                .. _controllers.Select(c => (c.Name, (Func<CancellationToken, Task>)c.LeadAsync)),
                ("The retention of snapshots", _retention.RunAsync),
            ],
            (name, fault) =>
            {
                PartFailed(_logger, fault, name);
                _elector?.EndTerm();
            },
            term);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Part} failed, so the whole operator stops.")]
    private static partial void PartFailed(ILogger logger, Exception fault, string part);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Leftovers of an earlier process in the scratch or temporary directory could not be removed: "
            + "{Message}")]
    private static partial void ScratchRemains(ILogger logger, string message);
}
