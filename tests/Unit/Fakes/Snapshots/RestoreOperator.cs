using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>The controller in one life of the operator, and the loop that hands it the object.</summary>
internal sealed class RestoreOperator : IReconcileTrigger, IAsyncDisposable
{
    // The answer of the controller while a job works, and the longest pause that a job makes.
    private static readonly TimeSpan AtWork = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly RestoreWorld _world;
    private readonly SemaphoreSlim _woken = new(0);

    public RestoreOperator(RestoreWorld world, RestoreLife? life = null)
    {
        _world = world;
        Life = life ?? new RestoreLife("operator");
        Loader = new FakeLoader(world.Server, world.Snapshots, Life);
        var server = new FakeRestoreServer(world.Server, Life);
        Controller = new SnapshotRestoreController(
            new SnapshotServices
            {
                Endpoints = EndpointPolicy.Unrestricted,
                Kubernetes = world.Api,
                Snapshotter = world.Snapshots,
                Loader = Loader,
                Storages = world,
                Servers = _ => server,
                Claims = new TargetClaims(world.Api, "drydock-system", world.Time),
                InUse = (_, _) => Task.FromResult(world.InUse),
                Changes = new AsyncSignal(),
                Fence = new LeadershipFence(elector: null),
                Events = world.Events,
                Time = world.Time,
                Loggers = NullLoggerFactory.Instance,
            },
            new EntityWriter<SnapshotRestore>(new PassingApi(world.Api, Life.PassAsync), static _ => { }),
            this);
    }

    public RestoreLife Life { get; }

    public FakeLoader Loader { get; }

    public SnapshotRestoreController Controller { get; }

    public void Wake(string? @namespace, string name) => _woken.Release();

    /// <summary>
    /// Reconciles whenever woken until the object is so, or this life is over. What only time brings is brought by
    /// moving the clock; while a job works it is moved only for a pause of the job, however slow the machine is.
    /// </summary>
    public async Task UntilAsync(Func<SnapshotRestore?, bool> wanted)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Xunit.TestContext.Current.CancellationToken);
        bound.CancelAfter(Wait.Limit);
        while (!Life.IsDead)
        {
            var restore = await _world.GetAsync();
            if (wanted(restore) || restore is null)
            {
                return;
            }

            TimeSpan? later;
            try
            {
                later = (await Controller.ReconcileAsync(
                    Controller.Reduce(restore), Xunit.TestContext.Current.CancellationToken)).RequeueAfter;
            }
            catch (OperationCanceledException) when (Life.IsDead)
            {
                return;
            }

            if (bound.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"{Life.Name}: {restore.Status?.Phase}, {restore.Status?.Message}, last points "
                    + $"{string.Join(" > ", Life.Points.TakeLast(8))}");
            }

            if (wanted(await _world.GetAsync()))
            {
                continue;
            }

            var isIdle = later is not null && (later != AtWork || _world.Time.NextTimer <= LongestPause);
            if (!await _woken.WaitAsync(isIdle ? TimeSpan.Zero : TimeSpan.FromMilliseconds(2)) && isIdle)
            {
                _world.Time.Advance(later!.Value);
            }
        }
    }

    public Task UntilPhaseAsync(params string[] phases) =>
        UntilAsync(r => r?.Status?.Phase is { } phase && phases.Contains(phase));

    /// <summary>Reconciles once.</summary>
    public async Task<TimeSpan?> OnceAsync() =>
        (await Controller.ReconcileAsync(
            Controller.Reduce((await _world.GetAsync())!), Xunit.TestContext.Current.CancellationToken)).RequeueAfter;

    public async ValueTask DisposeAsync()
    {
        await Controller.DisposeAsync();
        _woken.Dispose();
    }
}
