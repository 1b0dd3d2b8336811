using Drydock.Clients.Docker;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Clients.Kubernetes.Leadership;
using Drydock.Clients.Kubernetes.Watching;
using Drydock.Clients.MySql;
using Drydock.Clients.Snapshots;
using Drydock.Crds;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.SnapshotRestores;
using Drydock.Reconcilers.BackupSnapshots;
using Drydock.Reconcilers.BackupSnapshots.Retention;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.Common.Storage;
using Drydock.Reconcilers.DatabaseRollingUpgrades;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Hosts;
using Drydock.Reconcilers.OmsUpgrades;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Drydock.Reconcilers.OmsUpgrades.Api;
using Drydock.Reconcilers.OmsUpgrades.Metadata;
using Drydock.Reconcilers.SnapshotRestores;
using Drydock.Reconcilers.SnapshotRestores.Server;
using Microsoft.Extensions.Logging;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Operator.Composition;

/// <summary>Puts the parts of the operator together, by hand: there are few, and the compiler checks them.</summary>
public sealed partial class OperatorComposition : IAsyncDisposable
{
    private const string LeaseName = "drydock-operator";

    private readonly KubernetesClient _client;
    private readonly EventRecorder _events;
    private readonly DockerEndpoints _docker;
    private readonly Storages _storages;
    private readonly HttpHealthProbe _health = new();
    private readonly LeaderElector? _elector;
    private readonly ControllerParts<OmsUpgrade> _upgrades;
    private readonly ControllerParts<DatabaseRollingUpgrade> _databases;
    private readonly ControllerParts<BackupSnapshot> _snapshots;
    private readonly ControllerParts<SnapshotRestore> _restores;
    private readonly RetentionRun _retention;
    private readonly SnapshotToolOptions _tools;
    private readonly ILogger _logger;

    private OperatorComposition(KubernetesClient client, OperatorOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _client = client;
        var space = options.Namespace ?? client.DefaultNamespace;
        Identity = $"{Environment.MachineName}-{Guid.NewGuid().ToString("N")[..8]}";
        _events = new EventRecorder(client, null, time, loggers.CreateLogger<EventRecorder>());
        _docker = new DockerEndpoints(new DockerClientFactory());
        _elector = options.LeaderElection
            ? new LeaderElector(client, new LeaderElectionOptions { LeaseName = LeaseName, Namespace = space, Identity = Identity }, time, loggers)
            : null;
        var fence = new LeadershipFence(_elector ?? (ILeadership)new AlwaysLeader());
        var changes = new Pulse();
        _storages = new Storages(client, time);
        var claims = new TargetClaims(client, space, time);
        _logger = loggers.CreateLogger<OperatorComposition>();
        _tools = new SnapshotToolOptions { ScratchRoot = options.ScratchDirectory };
        var snapshots = new SnapshotServices
        {
            Kubernetes = client,
            Snapshotter = new Snapshotter(time: time, options: _tools),
            Loader = new SnapshotLoader(_tools, time: time),
            Storages = _storages,
            Changes = changes,
            WatchNamespace = options.WatchNamespace,
            Fence = fence,
            Events = _events,
            Time = time,
            Loggers = loggers,
        };
        _retention = new RetentionRun(snapshots);
        _snapshots = new ControllerParts<BackupSnapshot>(
            client,
            options.WatchNamespace,
            (writer, trigger) => new BackupSnapshotController(snapshots, writer, trigger),
            BackupSnapshotController.ReferencedSecrets,
            time,
            loggers);
        _restores = new ControllerParts<SnapshotRestore>(
            client,
            options.WatchNamespace,
            (writer, trigger) => new SnapshotRestoreController(
                new RestoreServices
                {
                    Kubernetes = client,
                    Snapshotter = snapshots.Snapshotter,
                    Loader = snapshots.Loader,
                    Sessions = new SnapshotSessions(time),
                    Storages = _storages,
                    Servers = new SqlRestoreServers(time),
                    Claims = claims,
                    WatchNamespace = options.WatchNamespace,
                    Changes = changes,
                    Fence = fence,
                    Events = _events,
                    Time = time,
                    Loggers = loggers,
                },
                writer,
                trigger),
            SnapshotRestoreController.ReferencedSecrets,
            time,
            loggers);
        _upgrades = new ControllerParts<OmsUpgrade>(
            client,
            options.WatchNamespace,
            (writer, trigger) => new OmsUpgradeController(
                new OmsServices
                {
                    Kubernetes = client,
                    Docker = _docker,
                    Metadata = new SqlOmsMetadataFactory(MySqlProviderFactory.Instance),
                    Archives = new StorageArchiveReader(_storages),
                    Health = _health,
                    Api = new OmsApiFactory(time),
                    BackupStorage = new BackupStorageProbe(_storages),
                    SnapshotChanges = changes,
                    Claims = claims,
                    Fence = fence,
                    Events = _events,
                    Time = time,
                    Loggers = loggers,
                },
                writer,
                trigger),
            OmsUpgradeController.ReferencedSecrets,
            time,
            loggers);
        _databases = new ControllerParts<DatabaseRollingUpgrade>(
            client,
            options.WatchNamespace,
            (writer, trigger) => new DatabaseRollingUpgradeController(
                new DatabaseServices
                {
                    Kubernetes = client,
                    Hosts = new DatabaseHostServices(_storages, _docker, time) { Fence = fence },
                    Storages = _storages,
                    BackupStorage = new BackupStorageProbe(_storages),
                    SnapshotChanges = changes,
                    Claims = claims,
                    Fence = fence,
                    Events = _events,
                    Time = time,
                    Loggers = loggers,
                },
                writer,
                trigger),
            DatabaseRollingUpgradeController.ReferencedSecrets,
            time,
            loggers);
    }

    /// <summary>Who this process is in the lease and in the log.</summary>
    public string Identity { get; }

    /// <summary>The watches, for the probes.</summary>
    public IReadOnlyList<IWatchHealth> Watches => [_upgrades.Watcher, _databases.Watcher, _snapshots.Watcher, _restores.Watcher, _upgrades.Secrets, _databases.Secrets, _snapshots.Secrets, _restores.Secrets];

    /// <summary>Reads the configuration and puts the parts together; nothing is connected to yet.</summary>
    public static OperatorComposition Create(OperatorOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        var configuration = options.Kubeconfig is null && options.Context is null
            ? KubernetesClientConfiguration.BuildDefaultConfig(time)
            : KubernetesClientConfiguration.BuildConfigFromConfigFile(options.Kubeconfig, options.Context, time);
        var client = new KubernetesClient(configuration, KubernetesJson.CreateOptions(CrdsJsonContext.Default), time: time);
        return new OperatorComposition(client, options, time, loggers);
    }

    /// <summary>Watches at once, and acts while it leads, until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        RemoveScratch();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task[] watches = [_upgrades.Watcher.RunAsync(both.Token), _databases.Watcher.RunAsync(both.Token), _snapshots.Watcher.RunAsync(both.Token), _restores.Watcher.RunAsync(both.Token)];
        try
        {
            await (_elector is null ? LeadAsync(both.Token) : _elector.RunAsync(LeadAsync, both.Token));
        }
        finally
        {
            await both.CancelAsync();
            await Task.WhenAll(watches).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync();
        await _docker.DisposeAsync();
        _health.Dispose();
        _storages.Dispose();
        _client.Dispose();
    }

    // Whoever works there needs it to be usable, and says so; the others do without.
    private void RemoveScratch()
    {
        try
        {
            ScratchDirectory.RemoveLeft(_tools);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ScratchRemains(_logger, exception.Message);
        }
    }

    private Task LeadAsync(CancellationToken term) =>
        Task.WhenAll(_upgrades.LeadAsync(term), _databases.LeadAsync(term), _snapshots.LeadAsync(term), _restores.LeadAsync(term), _retention.RunAsync(term));

    [LoggerMessage(Level = LogLevel.Warning, Message = "What an earlier process left in the scratch directory could not be removed: {Message}")]
    private static partial void ScratchRemains(ILogger logger, string message);
}
