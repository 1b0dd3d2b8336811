using System.Collections.Concurrent;
using Drydock.Crds.Controllers;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.Kubernetes.Watching;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// A controller on an in-memory API and a manual clock; the test says what a reconciliation does and sees each one.
/// </summary>
internal sealed class RuntimeWorld : IEntityController<Widget>
{
    private readonly CancellationTokenSource _stopWatching = new();
    private readonly CancellationTokenSource _stopLeading = new();
    private Task _watching = Task.CompletedTask;
    private Task _leading = Task.CompletedTask;

    public RuntimeWorld()
    {
        Api = new FakeKubernetes(Json, Time);
        Watcher = new ResourceWatcher<Widget>(
            Api, null, Time, NullLogger<ResourceWatcher<Widget>>.Instance, w => Reduce(w));
        Writer = new EntityWriter<Widget>(Api, Watcher.Cache.Observe);
    }

    public static JsonSerializerOptions Json { get; } = KubernetesJson.CreateOptions(WidgetContext.Default);

    public ManualTimeProvider Time { get; } = new();

    public FakeKubernetes Api { get; }

    public ResourceWatcher<Widget> Watcher { get; }

    public EntityWriter<Widget> Writer { get; }

    public ControllerHost<Widget> Host { get; private set; } = null!;

    /// <summary>What the cache keeps.</summary>
    public Func<Widget, Widget> Reduce { get; set; } = w => w;

    /// <summary>Which objects need nothing.</summary>
    public Func<Widget, bool> IsInert { get; set; } = _ => false;

    /// <summary>What a reconciliation does.</summary>
    public Func<Widget, CancellationToken, Task<ReconciliationResult<Widget>>> OnReconcile { get; set; } =
        (w, _) => Task.FromResult(ReconciliationResult<Widget>.Success(w));

    /// <summary>What is done when an object is gone.</summary>
    public Func<Widget, Task<ReconciliationResult<Widget>>> OnDeleted { get; set; } =
        w => Task.FromResult(ReconciliationResult<Widget>.Success(w));

    /// <summary>Reconciliations that have ended: name@version, or -name for a deletion.</summary>
    public BlockingCollection<string> Ended { get; } = [];

    public void Start(SecretWatch<Widget>? secrets = null, ControllerOptions? options = null)
    {
        Host = new ControllerHost<Widget>(
            Watcher.Cache, Writer, this, options ?? new ControllerOptions { Backoff = new() { Jitter = 0 } }, Time,
            NullLogger<ControllerHost<Widget>>.Instance)
        {
            IsInert = w => IsInert(w)
        };
        _watching = Watcher.RunAsync(_stopWatching.Token);
        _leading = Task.WhenAll(
            Host.RunAsync(_stopLeading.Token), secrets?.RunAsync(Host, _stopLeading.Token) ?? Task.CompletedTask);
    }

    /// <summary>The next reconciliation that has ended.</summary>
    public Task<string> NextAsync() =>
        Task.Run(() => Ended.TryTake(out var next, TimeSpan.FromSeconds(30))
            ? next
            : throw new TimeoutException("no reconciliation"));

    /// <summary>
    /// Shows that nothing more is reconciled: a marker object is made and must be the next (and only) one. Events and
    /// the queue keep their order, so whatever had been woken before would have come first.
    /// </summary>
    public async Task<string> NextAfterMarkerAsync(string marker)
    {
        await Api.CreateAsync(Widget.Named(marker));
        return await NextAsync();
    }

    public Task<Widget> GetAsync(string name) => Task.Run(async () => (await Api.GetAsync<Widget>(name))!);

    public async Task StopLeadingAsync()
    {
        await _stopLeading.CancelAsync();
        await _leading.Bounded();
    }

    public async Task<ReconciliationResult<Widget>> ReconcileAsync(Widget entity, CancellationToken cancellationToken)
    {
        try
        {
            return await OnReconcile(entity, cancellationToken);
        }
        finally
        {
            Ended.Add($"{entity.Metadata.Name}@{entity.Metadata.ResourceVersion}", CancellationToken.None);
        }
    }

    public async Task<ReconciliationResult<Widget>> DeletedAsync(Widget entity, CancellationToken cancellationToken)
    {
        try
        {
            return await OnDeleted(entity);
        }
        finally
        {
            Ended.Add($"-{entity.Metadata.Name}", CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopLeadingAsync();
        await _stopWatching.CancelAsync();
        await _watching.Bounded();
        _stopLeading.Dispose();
        _stopWatching.Dispose();
        Ended.Dispose();
    }
}
