using Drydock.Crds.Controllers;
using Drydock.Clients.Kubernetes.Leadership;

namespace Drydock.Operator.Composition;

/// <summary>Watches, writer, controller and host of one kind.</summary>
internal sealed class ControllerParts<TEntity> : IControllerParts, IReconcileTrigger
    where TEntity : class, IKubernetesObject
{
    private readonly ResourceWatcher<TEntity> _watcher;
    private readonly SecretWatch<TEntity> _secrets;
    private readonly ControllerHost<TEntity>? _host;
    private readonly RunSampling<TEntity> _sampling;
    private readonly IEntityController<TEntity> _controller;

    public ControllerParts(
        ControllerServices services,
        NamespaceScope scope,
        Func<EntityWriter<TEntity>, IReconcileTrigger, IEntityController<TEntity>> build,
        Func<TEntity, IEnumerable<string>> secretNames,
        RunSampling<TEntity> sampling)
    {
        _sampling = sampling;
        var (client, time, loggers) = (services.Kubernetes, services.Time, services.Loggers);
        _watcher = new ResourceWatcher<TEntity>(
            client,
            new ResourceWatcherOptions { Namespaces = scope.Lists },
            time,
            loggers.CreateLogger<ResourceWatcher<TEntity>>(),
            entity => _controller!.Reduce(entity));
        _secrets = new SecretWatch<TEntity>(client, Objects, secretNames, time, loggers);
        var writer = new EntityWriter<TEntity>(client, Objects.Observe);
        _controller = build(writer, this);
        _host = new ControllerHost<TEntity>(
            Objects, writer, _controller, null, time, loggers.CreateLogger<ControllerHost<TEntity>>())
        {
            IsInert = _controller.StaysInert,
        };
        Source = new RunSource(sampling.Kind, sampling.Results, () => Objects.List().Select(sampling.Read));
    }

    public string Name => $"The controller of {typeof(TEntity).Name}s";

    public ResourceCache<TEntity> Objects => _watcher.Cache;

    public RunSource Source { get; }

    public IEnumerable<IWatchHealth> Watches => [_watcher, _secrets];

    public IDisposable Observe(IReadOnlyList<IRunObserver> observers) => Objects.Subscribe(change =>
    {
        if (change.Type == ResourceChangeType.Resynced)
        {
            return;
        }

        var before = change.Previous is { } previous ? _sampling.Read(previous) : null;
        var now = _sampling.Read(change.Object);
        foreach (var observer in observers)
        {
            if (change.Type == ResourceChangeType.Deleted)
            {
                observer.Gone(now);
            }
            else
            {
                observer.Changed(before, now);
            }
        }
    });

    /// <summary>Wakes an object of the host, which is built after the controller.</summary>
    public void Wake(string? @namespace, string name) => _host?.Wake(@namespace, name);

    public Task WatchAsync(CancellationToken cancellationToken) => _watcher.RunAsync(cancellationToken);

    public async Task LeadAsync(CancellationToken cancellationToken)
    {
        // The fence cancelled its jobs together with the workers; now wait for them.
        try
        {
            await TermParts.RunAsync(
                [("The host", _host!.RunAsync), ("The watch of Secrets", token => _secrets.RunAsync(this, token))],
                static (_, _) => { },
                cancellationToken);
        }
        finally
        {
            await _controller.DisposeAsync();
        }
    }
}

/// <summary>The parts of one kind, as the process runs them. An interface, because the process has a list of them and
/// <see cref="ControllerParts{TEntity}"/> is generic.</summary>
internal interface IControllerParts
{
    string Name { get; }

    RunSource Source { get; }

    IEnumerable<IWatchHealth> Watches { get; }

    IDisposable Observe(IReadOnlyList<IRunObserver> observers);

    /// <summary>Runs the watches of the kind, one for each namespace that is served, whether or not this process leads.
    /// The watch of referenced Secrets runs with the host.</summary>
    Task WatchAsync(CancellationToken cancellationToken);

    Task LeadAsync(CancellationToken cancellationToken);
}
