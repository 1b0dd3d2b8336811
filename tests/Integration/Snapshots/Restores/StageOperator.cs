using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.SnapshotRestores;
using Drydock.Reconcilers.Snapshots;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drydock.Tests.Integration.Snapshots.Restores;

/// <summary>The controller with the real loader, server and API, in one life of the operator.</summary>
internal sealed class StageOperator : IReconcileTrigger, IAsyncDisposable
{
    private readonly RestoreStage _stage;
    private readonly SemaphoreSlim _woken = new(0);
    private readonly SnapshotRestoreController _controller;
    private readonly EventRecorder _events;
    private readonly Func<string, Task> _at;

    public StageOperator(RestoreStage stage, Func<string, Task>? at = null)
    {
        _stage = stage;
        _at = at ?? (static _ => Task.CompletedTask);
        _events = new EventRecorder(stage.Client, null, TimeProvider.System, NullLogger<EventRecorder>.Instance);
        _controller = new SnapshotRestoreController(
            new SnapshotServices
            {
                Endpoints = EndpointPolicy.Unrestricted,
                Kubernetes = stage.Client,
                Snapshotter = new Snapshotter(),
                Loader = new HookedLoader(_at),
                Storages = stage.Storages,
                Servers = static connection => new SqlRestoreServer(connection, TimeProvider.System),
                Claims = new TargetClaims(stage.Client, stage.Namespace, TimeProvider.System),
                InUse = static (_, _) => Task.FromResult<string?>(null),
                Changes = new AsyncSignal(),
                Fence = new LeadershipFence(elector: null),
                Events = _events,
                Time = TimeProvider.System,
                Loggers = NullLoggerFactory.Instance,
            },
            new EntityWriter<SnapshotRestore>(
                new PassingApi(
                    stage.Client, point => point == "before status write" ? _at("status write") : Task.CompletedTask),
                static _ => { }),
            this);
    }

    public void Wake(string? @namespace, string name) => _woken.Release();

    /// <summary>Reconciles whenever woken, until the object is so.</summary>
    public async Task UntilAsync(Func<SnapshotRestore, bool> wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var restore = await _stage.GetAsync();
            if (wanted(restore))
            {
                return;
            }

            var later = (await _controller.ReconcileAsync(restore, cancellationToken)).RequeueAfter
                ?? TimeSpan.FromSeconds(1);
            await _woken.WaitAsync(
                later < TimeSpan.FromSeconds(1) ? later : TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    public Task UntilPhaseAsync(params string[] phases) =>
        UntilAsync(r => r.Status?.Phase is { } phase && phases.Contains(phase), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _controller.DisposeAsync();
        await _events.DisposeAsync();
        _woken.Dispose();
    }
}
