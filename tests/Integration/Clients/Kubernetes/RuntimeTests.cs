using System.Threading.Channels;
using Drydock.Crds.Controllers;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.Kubernetes.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drydock.Tests.Integration.Clients.Kubernetes;

/// <summary>A controller on a real API server.</summary>
public sealed class RuntimeTests(LabFixture lab) : IAsyncLifetime, IEntityController<Widget>
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _reconciled = Channel.CreateUnbounded<string>();
    private KubeWorld _world = null!;
    private EntityWriter<Widget> _writer = null!;
    private Task _running = Task.CompletedTask;
    private int _writes;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _world = await KubeWorld.CreateAsync(await lab.ControlPlaneAsync());
        var watcher = new ResourceWatcher<Widget>(
            _world.Client, new ResourceWatcherOptions { Namespaces = [_world.Namespace] }, TimeProvider.System,
            NullLogger<ResourceWatcher<Widget>>.Instance);
        _writer = new EntityWriter<Widget>(_world.Client, watcher.Cache.Observe);
        var secrets = new SecretWatch<Widget>(
            _world.Client, watcher.Cache, w => [w.Spec.Secret], TimeProvider.System, NullLoggerFactory.Instance);
        var host = new ControllerHost<Widget>(
            watcher.Cache, _writer, this, null, TimeProvider.System, NullLogger<ControllerHost<Widget>>.Instance);
        _running = Task.WhenAll(
            watcher.RunAsync(_stop.Token), host.RunAsync(_stop.Token), secrets.RunAsync(host, _stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _world.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Annotations_labels_and_secrets_trigger_reconcile_but_own_status_not()
    {
        await _world.Client.CreateAsync(_world.Widget("w", new() { Secret = "pw" }), Token);
        (await NextAsync()).ShouldBe("w writes 1");

        await _world.KubectlAsync("annotate", "widget", "w", "drydock.dev/approve=x");
        (await NextAsync()).ShouldBe("w sees 1");
        await _world.KubectlAsync("label", "widget", "w", "a=b");
        (await NextAsync()).ShouldBe("w sees 1");
        await _world.KubectlAsync("create", "secret", "generic", "pw", "--from-literal=a=b");
        (await NextAsync()).ShouldBe("w sees 1");
        await _world.KubectlAsync("delete", "secret", "pw");
        (await NextAsync()).ShouldBe("w sees 1");

        // A marker shows that nothing else was queued before it.
        await _world.Client.CreateAsync(_world.Widget("marker"), Token);
        (await NextAsync()).ShouldBe("marker writes 2");

        await _world.KubectlAsync("delete", "widget", "w");
        (await NextAsync()).ShouldBe("w is gone");
    }

    [Fact]
    public async Task Events_appear_in_kubectl_describe_with_repeat_count()
    {
        var w = await _world.Client.CreateAsync(_world.Widget("w"), Token);
        await using (var events = new EventRecorder(
            _world.Client, new EventRecorderOptions { DrainTimeout = TimeSpan.FromMinutes(1) }, TimeProvider.System,
            NullLogger<EventRecorder>.Instance))
        {
            events.Normal(w, "StepStarted", "StopOld/oms-a");
            events.Warning(w, "StepFailed", "the dump is empty");
            events.Warning(w, "StepFailed", "the dump is empty");
        }

        var all = (await _world.Client.ListAsync<Corev1Event>(_world.Namespace, cancellationToken: Token)).Items;
        var described = await _world.KubectlAsync("describe", "widget", "w");

        all.Single(e => e.Reason == "StepFailed").Count.ShouldBe(2);
        described.ShouldContain("StopOld/oms-a");
        described.ShouldContain("(x2 over");
    }

    public async Task<ReconciliationResult<Widget>> ReconcileAsync(Widget entity, CancellationToken cancellationToken)
    {
        if (entity.Status?.Phase is { } phase)
        {
            _reconciled.Writer.TryWrite($"{entity.Metadata.Name} sees {phase}");
            return ReconciliationResult<Widget>.Success(entity);
        }

        var written = await _writer.UpdateStatusAsync(
            entity with { Status = new() { Phase = $"{++_writes}" } }, cancellationToken);
        _reconciled.Writer.TryWrite($"{entity.Metadata.Name} writes {written.Status!.Phase}");
        return ReconciliationResult<Widget>.Success(written);
    }

    public Task<ReconciliationResult<Widget>> DeletedAsync(Widget entity, CancellationToken cancellationToken)
    {
        _reconciled.Writer.TryWrite($"{entity.Metadata.Name} is gone");
        return Task.FromResult(ReconciliationResult<Widget>.Success(entity));
    }

    private Task<string> NextAsync() =>
        _reconciled.Reader.ReadAsync(Token).AsTask().WaitAsync(Deadline.Default, Token);
}
