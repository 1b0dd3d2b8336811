using Drydock.Abstractions.Controllers;

namespace Drydock.Operator.Composition;

/// <summary>Watches, writer, controller and host of one kind.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed class ControllerParts<TEntity> : IControllerParts, IRunSource, IReconcileTrigger
    where TEntity : class, IKubernetesObject
{
    private readonly IReadOnlyList<ResourceWatcher<TEntity>> _watchers;
    private readonly SecretWatch<TEntity> _secrets;
    private readonly ControllerHost<TEntity>? _host;
    private readonly RunSampling<TEntity> _sampling;
    private readonly IInertObjects<TEntity> _inert;
    private readonly Func<ValueTask> _forget;

    public ControllerParts(
        ControllerServices services,
        NamespaceScope scope,
        Func<EntityWriter<TEntity>, IReconcileTrigger, IEntityController<TEntity>> build,
        Func<TEntity, IEnumerable<string>> secretNames,
        RunSampling<TEntity> sampling)
    {
        _sampling = sampling;
        var (client, time, loggers) = (services.Kubernetes, services.Time, services.Loggers);
        var watchers = scope.Lists.Select(space => (Space: space, Watcher: new ResourceWatcher<TEntity>(
            client,
            new ResourceWatcherOptions { Namespace = space },
            time,
            loggers.CreateLogger<ResourceWatcher<TEntity>>())
        {
            Reduce = Reduce,
        })).ToList();
        _watchers = [.. watchers.Select(w => w.Watcher)];
        Objects = watchers is [(null, var all)]
            ? all
            : new ScopedCache<TEntity>(
                watchers.ToDictionary(w => w.Space!, w => (IResourceCache<TEntity>)w.Watcher, StringComparer.Ordinal));
        _secrets = new SecretWatch<TEntity>(client, Objects, secretNames, time, loggers);
        var writer = new EntityWriter<TEntity>(client, Objects.Observe);
        var controller = build(writer, this);
        (_inert, _forget) = ((IInertObjects<TEntity>)controller, ((IAsyncDisposable)controller).DisposeAsync);
        _host = new ControllerHost<TEntity>(
            Objects, writer, controller, [_secrets], null, time, loggers.CreateLogger<ControllerHost<TEntity>>())
        {
            IsInert = _inert.StaysInert,
        };
    }

    public string Name => $"The controller of {typeof(TEntity).Name}s";

    public IResourceCache<TEntity> Objects { get; }

    public string Kind => _sampling.Kind;

    public IReadOnlyList<string> Results => _sampling.Results;

    public IEnumerable<IWatchHealth> Watches => [.. _watchers, _secrets];

    public IEnumerable<RunSample> Samples() => Objects.List().Select(_sampling.Read);

    public IDisposable Observe(IReadOnlyList<IRunObserver> observers) => Objects.Subscribe(change =>
    {
        if (change.Type is ResourceChangeType.Added or ResourceChangeType.Modified)
        {
            var before = change.Previous is { } previous ? _sampling.Read(previous) : null;
            var now = _sampling.Read(change.Object);
            foreach (var observer in observers)
            {
                observer.Changed(before, now);
            }
        }
        else if (change.Type == ResourceChangeType.Deleted)
        {
            var last = _sampling.Read(change.Object);
            foreach (var observer in observers)
            {
                observer.Gone(last);
            }
        }
    });

    /// <summary>Wakes an object of the host, which is built after the controller.</summary>
    public void Wake(string? @namespace, string name) => _host?.Wake(@namespace, name);

    public Task WatchAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_watchers.Select(w => w.RunAsync(cancellationToken)));

    public async Task LeadAsync(CancellationToken cancellationToken)
    {
        // The fence cancelled its jobs together with the workers; now wait for them.
        try
        {
            await _host!.RunAsync(cancellationToken);
        }
        finally
        {
            await _forget();
        }
    }

    private TEntity Reduce(TEntity entity) => _inert.Reduce(entity);
}

/// <summary>The parts of one kind, as the process runs them.</summary>
internal interface IControllerParts
{
    string Name { get; }

    IEnumerable<IWatchHealth> Watches { get; }

    IDisposable Observe(IReadOnlyList<IRunObserver> observers);

    /// <summary>Runs the watches of the kind, one for each namespace that is served, whether or not this process leads.
    /// The watch of referenced Secrets runs with the host.</summary>
    Task WatchAsync(CancellationToken cancellationToken);

    Task LeadAsync(CancellationToken cancellationToken);
}
