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
using Drydock.Reconcilers.BackupSnapshots;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Drydock.Reconcilers.OmsUpgrades.Metadata;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Operator.Composition;

/// <summary>Puts the parts of the operator together, by hand: there are few, and the compiler checks them.</summary>
public sealed class OperatorComposition : IAsyncDisposable
{
    private const string LeaseName = "drydock-operator";

    private readonly KubernetesClient _client;
    private readonly EventRecorder _events;
    private readonly DockerEndpoints _docker;
    private readonly HttpHealthProbe _health = new();
    private readonly LeaderElector? _elector;
    private readonly ControllerParts<OmsUpgrade> _upgrades;
    private readonly ControllerParts<BackupSnapshot> _snapshots;

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
        _snapshots = new ControllerParts<BackupSnapshot>(
            client,
            options.WatchNamespace,
            (writer, trigger) => new BackupSnapshotController(
                new SnapshotServices
                {
                    Kubernetes = client,
                    Snapshotter = new Snapshotter(time: time),
                    Storage = Storage,
                    Changes = changes,
                    Fence = fence,
                    Events = _events,
                    Time = time,
                    Loggers = loggers,
                },
                writer,
                trigger),
            BackupSnapshotController.ReferencedSecrets,
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
                    Archives = new DirectoryArchiveReader(),
                    Health = _health,
                    BackupStorage = new BackupStorageProbe(Storage),
                    SnapshotChanges = changes,
                    Claims = new TargetClaims(client, space, time),
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
        ISnapshotStorage Storage(string directory) => new DirectoryStorage(directory, time);
    }

    /// <summary>Who this process is in the lease and in the log.</summary>
    public string Identity { get; }

    /// <summary>The watches, for the probes.</summary>
    public IReadOnlyList<IWatchHealth> Watches => [_upgrades.Watcher, _snapshots.Watcher, _upgrades.Secrets, _snapshots.Secrets];

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
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task[] watches = [_upgrades.Watcher.RunAsync(both.Token), _snapshots.Watcher.RunAsync(both.Token)];
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
        _client.Dispose();
    }

    private Task LeadAsync(CancellationToken term) => Task.WhenAll(_upgrades.LeadAsync(term), _snapshots.LeadAsync(term));
}
